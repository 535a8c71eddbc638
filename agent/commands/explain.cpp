#include <algorithm>
#include <iostream>

#include "agent/commands/capture_file.h"
#include "agent/commands/commands.h"
#include "agent/commands/count_words.h"
#include "agent/commands/explain/explanation.h"
#include "agent/commands/json_text.h"
#include "agent/commands/terminal.h"
#include "agent/commands/text_table.h"
#include "agent/stages/stages.h"
#include "proto/decoder.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

// The event that was asked for, explained.
struct Found {
    Explanation explanation;
    std::uint64_t frame = 0;  // its number in the file
    std::size_t frame_bytes = 0;
    std::string type;
};

// Goes through the frames of a capture up to the event that is wanted: number `wanted` of those that the
// filter takes, or the first that the format makes a record of.
class Search {
  public:
    explicit Search(const ExplainArguments& arguments)
        : arguments_(arguments),
          options_(read_show_options(arguments.format, arguments.filter)),
          stages_(options_.stages) {}

    // False: it is found.
    bool take(std::span<const std::uint8_t> frame) {
        ++frames_;
        if (decoder_.decode(frame, {{0, frames_}, received_, ""}, event_) == DecodeStatus::undecodable)
            return true;
        event_.received = event_.time;  // the time that passes in a capture
        if (!stages_.pass(event_)) return true;
        ++events_;
        if (arguments_.event != 0 && events_ != arguments_.event) return true;
        TextBuffer type;
        append_message_type(type, event_);
        found_ = {explain(event_, arguments_.format.output, options_.format), frames_, frame.size(),
                  std::string(type.view())};
        return arguments_.event == 0 && found_.explanation.records.empty();
    }
    [[nodiscard]] const Found& found() const { return found_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }

  private:
    const ExplainArguments& arguments_;
    ShowOptions options_;
    Stages stages_;
    Decoder decoder_;
    Event event_;
    Timestamp received_ = capture_receipt();
    std::uint64_t frames_ = 0;
    std::uint64_t events_ = 0;
    Found found_;
};

// Bold, faint and yellow, where there are colours.
struct Colours {
    std::string_view bold, faint, warning, end;
    static Colours choose() {
        if (!output_has_colours()) return {};
        return {"\x1B[1m", "\x1B[2m", "\x1B[33m", "\x1B[0m"};
    }
};

std::string shortened(const std::string& text, std::size_t width) {
    return text.size() <= width ? text : text.substr(0, width - 2) + "..";
}

void print_table(const ExplainedRecord& record, const Colours& colours) {
    constexpr std::size_t usual_width = 132;
    constexpr std::size_t number_width = 6;
    std::size_t key_width = sizeof "FIELD" - 1;
    std::size_t value_width = sizeof "VALUE" - 1;
    for (const auto& [field, from, limit, cut] : record.fields) {
        key_width = std::max(key_width, field.key.size());
        value_width = std::max(value_width, field.value.size());
    }
    const std::size_t least_value = 24;
    const std::size_t others = key_width + 2 * (number_width + 2) + 48;
    const std::size_t width = output_width(usual_width);
    value_width = std::min(value_width, width > others + least_value ? width - others : least_value);
    const auto line = [&](const std::string& key, const std::string& value, const std::string& length,
                          const std::string& limit) {
        return padded_right(key, key_width) + "  " +
               padded_right(shortened(value, value_width), value_width) + "  " +
               padded_right(length, number_width) + "  " + padded_right(limit, number_width) + "  ";
    };
    std::cout << colours.bold << line("FIELD", "VALUE", "LENGTH", "LIMIT") << "FROM" << colours.end << '\n';
    for (const auto& [field, from, limit, cut] : record.fields) {
        std::cout << line(field.key, field.value, std::to_string(field.value.size()),
                          limit == 0 ? "-" : std::to_string(limit))
                  << colours.faint << from << colours.end;
        if (!cut.empty()) std::cout << "  " << colours.warning << cut << colours.end;
        std::cout << '\n';
    }
}

void print_text(const Found& found, const std::string& format) {
    const Colours colours = Colours::choose();
    std::cout << colours.bold << "frame " << found.frame << colours.end << ": " << found.type << ", "
              << found.frame_bytes << " bytes of dnstap\n";
    std::size_t number = 0;
    for (const auto& record : found.explanation.records) {
        std::cout << '\n' << format << " record";
        if (found.explanation.records.size() > 1)
            std::cout << ' ' << ++number << " of " << found.explanation.records.size();
        std::cout << ", " << record.bytes << " bytes\n";
        print_table(record, colours);
    }
    if (found.explanation.left_out.empty()) return;
    std::string_view before = "\nnot in this format: ";
    for (const auto fact : found.explanation.left_out) {
        std::cout << before << fact;
        before = ", ";
    }
    std::cout << '\n';
}

void print_json(const Found& found, const std::string& format) {
    JsonText json;
    json.open('{').add("frame", found.frame).printable("type", found.type);
    json.add("frame_bytes", std::uint64_t{found.frame_bytes}).printable("format", format);
    json.open('[', "records");
    for (const auto& record : found.explanation.records) {
        json.open('{').add("bytes", std::uint64_t{record.bytes}).open('[', "fields");
        for (const auto& [field, from, limit, cut] : record.fields) {
            json.open('{').printable("field", field.key).printable("value", field.value);
            json.add("length", std::uint64_t{field.value.size()});
            if (limit != 0) json.add("limit", std::uint64_t{limit});
            json.printable("from", from);
            if (!cut.empty()) json.printable("cut", cut);
            json.close('}');
        }
        json.close(']').close('}');
    }
    json.close(']').open('[', "left_out");
    for (const auto fact : found.explanation.left_out) json.printable("", fact);
    std::cout << json.close(']').close('}').text();
}

// ": it is a query".
std::string reason(const Found& found) {
    const std::string_view silence = found.explanation.silence;
    return silence.empty() ? ": none of its records is to be told" : ": it is " + std::string(silence);
}

int complain(const std::string& words) {
    std::cerr << "tapferry: " << words << '\n';
    return 1;
}

}  // namespace

int explain_command(const ExplainArguments& arguments) {
    Search search(arguments);
    const auto result = read_capture(
        arguments.file, {.take = [&](std::span<const std::uint8_t> frame) { return search.take(frame); }});
    const std::string file = file_words(arguments.file);
    const Found& found = search.found();
    const std::string& format = arguments.format.output;
    if (found.frame == 0 || (arguments.event == 0 && found.explanation.records.empty())) {
        if (result.end == CaptureEnd::unreadable || result.end == CaptureEnd::wrong)
            return complain(file + ": " + result.words);
        if (found.frame != 0)
            return complain(file + ": " + format + " makes no record of any event in it; of the last one" +
                            reason(found));
        return complain(file + ": has " + counted(search.events(), "event") +
                        (search.events() == 1 ? " that is wanted" : " that are wanted") +
                        (arguments.event == 0 ? "" : ", and no event " + std::to_string(arguments.event)));
    }
    if (arguments.style == ReportFormat::json) {
        print_json(found, format);
    } else {
        print_text(found, format);
        if (found.explanation.records.empty())
            std::cout << format << " makes no record of this event" << reason(found) << '\n';
    }
    return 0;
}

}  // namespace tapferry
