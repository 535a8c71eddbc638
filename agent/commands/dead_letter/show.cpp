#include <algorithm>
#include <deque>
#include <iostream>
#include <limits>

#include "agent/commands/capture_file.h"
#include "agent/commands/dead_letter/dead_letter_commands.h"
#include "agent/commands/json_text.h"
#include "agent/commands/time_option.h"
#include "proto/characters.h"

namespace tapferry {

namespace {

class Selection {
  public:
    explicit Selection(const DeadLetterArguments& arguments)
        : arguments_(arguments),
          from_(read_time_option("--from", arguments.from)),
          until_(read_time_option("--until", arguments.until)) {}

    [[nodiscard]] bool takes(const Letter& letter) const {
        if (from_ && letter.buried < *from_) return false;
        if (until_ && letter.buried >= *until_) return false;
        if (letter.words.find(arguments_.reason) == std::string::npos) return false;
        TextBuffer id;
        append_record_id(id, letter.name);
        return id.view().starts_with(arguments_.id);
    }

  private:
    const DeadLetterArguments& arguments_;
    std::optional<Timestamp> from_;
    std::optional<Timestamp> until_;
};

// Of a frame, for people: enough to know it by.
constexpr std::size_t most_octets = 256;

std::string content_words(const Letter& letter) {
    TextBuffer text;
    if (letter.content == Letter::Content::frame) {
        text.append("frame of ");
        append_decimal(text, letter.bytes.size());
        text.append(" octets: ");
        const std::size_t shown = std::min(letter.bytes.size(), most_octets);
        append_hex(text, {reinterpret_cast<const std::uint8_t*>(letter.bytes.data()), shown});
        if (shown != letter.bytes.size()) text.append(" ... (whole with --format json)");
    } else if (std::ranges::all_of(letter.bytes, is_printable)) {
        text.append(letter.bytes);
    } else {
        append_opaque(text, letter.bytes, std::numeric_limits<std::size_t>::max());
    }
    if (letter.cut) text.append(" ... (cut)");
    return std::string(text.view());
}

std::string as_text(const std::string& destination, const Letter& letter) {
    TextBuffer text;
    text.append(file_words(destination), "  ");
    append_record_id(text, letter.name);
    if (letter.buried.seconds != 0) {
        text.append("  ");
        append_rfc3339(text, letter.buried, 3);
    }
    text.append("\n    refused: ", file_words(letter.words), "\n    ", content_words(letter), "\n");
    return std::string(text.view());
}

// The letter's own line, with the destination before all else.
std::string as_json(const std::string& destination, const Letter& letter) {
    TextBuffer line;
    append_letter(line, letter, std::numeric_limits<std::size_t>::max());
    JsonText head;
    head.open('{').add("destination", destination);
    return std::string(head.part()).append(",").append(line.view(1));
}

}  // namespace

int dead_letter_show_command(const DeadLetterArguments& arguments) {
    const Selection selection(arguments);
    const auto shown = [&](const std::string& destination, const Letter& letter) {
        return arguments.format == ReportFormat::json ? as_json(destination, letter)
                                                      : as_text(destination, letter);
    };
    std::uint64_t unreadable = 0;
    for (const auto& place : find_letters(arguments).destinations) {
        std::deque<std::string> newest;
        read_letters(kept_files(place.directory),
                     [&](const std::optional<Letter>& letter, const std::string&) {
                         unreadable += letter ? 0 : 1;
                         if (!letter || !selection.takes(*letter)) return;
                         if (arguments.limit == 0) {
                             std::cout << shown(place.destination, *letter);
                             return;
                         }
                         newest.push_back(shown(place.destination, *letter));
                         if (newest.size() > arguments.limit) newest.pop_front();
                     });
        for (const auto& text : newest) std::cout << text;
    }
    if (unreadable != 0)
        std::cerr << "tapferry: " << unreadable << (unreadable == 1 ? " line is" : " lines are")
                  << " no dead letter and cannot be read\n";
    return 0;
}

}  // namespace tapferry
