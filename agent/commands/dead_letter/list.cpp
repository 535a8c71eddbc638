#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

#include "agent/commands/capture_file.h"
#include "agent/commands/count_words.h"
#include "agent/commands/dead_letter/dead_letter_commands.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/json_text.h"
#include "agent/commands/text_table.h"
#include "proto/characters.h"

namespace tapferry {

namespace {

// So many reasons are told apart; a hostile far side may give another one each time.
constexpr std::size_t most_reasons = 1000;
constexpr std::size_t reasons_shown = 5;

struct Summary {
    LetterPlace place;
    LetterCount kept;
    LetterCount waiting;
    std::uint64_t unsendable = 0;  // of those that are kept
    std::uint64_t unreadable = 0;
    Timestamp oldest;
    Timestamp newest;
    std::map<std::string, std::uint64_t> reasons;
    std::uint64_t other_reasons = 0;
};

void count(Summary& summary, const std::optional<Letter>& letter, const std::string& line) {
    ++summary.kept.letters;
    summary.kept.bytes += line.size() + 1;
    if (!letter) {
        ++summary.unreadable;
        return;
    }
    summary.unsendable += letter->may_be_sent() ? 0 : 1;
    if (letter->buried.seconds != 0) {
        if (summary.oldest.seconds == 0) summary.oldest = letter->buried;
        summary.oldest = std::min(summary.oldest, letter->buried);
        summary.newest = std::max(summary.newest, letter->buried);
    }
    const auto found = summary.reasons.find(letter->words);
    if (found != summary.reasons.end())
        ++found->second;
    else if (summary.reasons.size() < most_reasons)
        summary.reasons.emplace(letter->words, 1);
    else
        ++summary.other_reasons;
}

Summary summary_of(const LetterPlace& place) {
    Summary summary;
    summary.place = place;
    read_letters(kept_files(place.directory),
                 [&](const auto& letter, const std::string& line) { count(summary, letter, line); });
    summary.waiting = count_letters(waiting_files(place.directory));
    return summary;
}

// The most frequent first.
std::vector<std::pair<std::string, std::uint64_t>> reasons_of(const Summary& summary) {
    std::vector<std::pair<std::string, std::uint64_t>> reasons(summary.reasons.begin(),
                                                               summary.reasons.end());
    std::ranges::stable_sort(reasons, [](const auto& a, const auto& b) { return a.second > b.second; });
    return reasons;
}

std::string known_time_words(const Timestamp& time) {
    return time.seconds == 0 ? "-" : time_words(time);
}

// As it was told; only a file that somebody has changed holds what may not be shown.
std::string reason_words(const std::string& reason) {
    return std::ranges::all_of(reason, is_printable) ? reason : file_words(reason);
}

void print_text(const std::vector<Summary>& summaries) {
    TextTable table({"DESTINATION", "LETTERS", "BYTES", "OLDEST", "NEWEST", "WAIT TO BE SENT AGAIN", ""});
    for (const auto& one : summaries)
        table.add({file_words(one.place.destination), with_commas(one.kept.letters),
                   with_commas(one.kept.bytes), known_time_words(one.oldest), known_time_words(one.newest),
                   with_commas(one.waiting.letters), one.place.configured ? "" : "is not configured"});
    std::cout << table.text({false, true, true, false, false, true, false});
    for (const auto& one : summaries) {
        if (one.kept.letters == 0) continue;
        std::cout << '\n' << file_words(one.place.destination) << ":\n";
        const auto reasons = reasons_of(one);
        std::uint64_t others = one.other_reasons;
        for (std::size_t i = 0; i < reasons.size(); ++i) {
            if (i < reasons_shown)
                std::cout << "    " << with_commas(reasons[i].second) << "  "
                          << reason_words(reasons[i].first) << '\n';
            else
                others += reasons[i].second;
        }
        if (others != 0) std::cout << "    " << with_commas(others) << "  for other reasons\n";
        if (one.unsendable != 0)
            std::cout << "    " << counted(one.unsendable, "letter")
                      << " of these cannot be sent again: rows of aggregates, and what was cut\n";
        if (one.unreadable != 0)
            std::cout << "    " << counted(one.unreadable, "line") << " cannot be read\n";
    }
}

std::string as_json(const std::vector<Summary>& summaries) {
    JsonText json;
    json.open('{').open('[', "destinations");
    for (const auto& one : summaries) {
        json.open('{').add("name", one.place.destination).add("configured", one.place.configured);
        json.add("letters", one.kept.letters).add("bytes", one.kept.bytes);
        if (one.oldest.seconds != 0)
            json.add("oldest", time_words(one.oldest)).add("newest", time_words(one.newest));
        json.add("unsendable", one.unsendable).add("unreadable", one.unreadable);
        json.add("waiting", one.waiting.letters).add("waiting_bytes", one.waiting.bytes);
        json.open('[', "reasons");
        for (const auto& [words, number] : reasons_of(one))
            json.open('{').add("reason", words).add("letters", number).close('}');
        json.close(']').close('}');
    }
    return json.close(']').close('}').text();
}

}  // namespace

int dead_letter_list_command(const DeadLetterArguments& arguments) {
    const LetterPlaces places = find_letters(arguments);
    std::vector<Summary> summaries;
    for (const auto& place : places.destinations) summaries.push_back(summary_of(place));
    if (arguments.format == ReportFormat::json)
        std::cout << as_json(summaries);
    else
        print_text(summaries);
    return 0;
}

}  // namespace tapferry
