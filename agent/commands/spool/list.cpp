#include <algorithm>
#include <iostream>

#include "agent/admin/fetch.h"
#include "agent/commands/capture_file.h"
#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/json_text.h"
#include "agent/commands/spool/spool_commands.h"
#include "agent/commands/text_table.h"
#include "agent/spool/disk.h"
#include "agent/spool/segment_check.h"

namespace tapferry {

namespace {

// Those whose position keeps the segment, by name.
std::vector<std::string> needed_by(const SegmentGlance& segment, const LogPlaces& places) {
    std::vector<std::string> names;
    for (const auto& destination : places.destinations)
        if (destination.configured && destination.saved && segment.name.base < segment.end &&
            needed_from(*destination.saved) < segment.end)
            names.push_back(destination.name);
    return names;
}

struct Totals {
    std::uint64_t bytes = 0;
    std::uint64_t content_bytes = 0;
    Position begin = first_position;
    Position end = first_position;
    bool in_use = false;  // by an agent
};

Totals totals_of(const std::vector<SegmentGlance>& log, const LogPlaces& places) {
    Totals totals;
    totals.in_use = agent_listens(places.spool.parent_path());
    if (!log.empty()) totals.begin = log.front().name.base;
    for (const auto& segment : log) {
        totals.bytes += segment.bytes;
        totals.content_bytes += segment.content_bytes;
        totals.end = std::max(totals.end, segment.end);
    }
    return totals;
}

// Frames that are lost before the position comes there. Beside a running agent what the log has dropped is
// not among them: the destination may have had it, and only the agent knows.
std::uint64_t lost_ahead(const SavedPosition& saved, const Totals& log) {
    return given_up_ahead(saved) +
           (log.in_use ? 0 : dropped_ahead(saved, saved.position, first_position, log.begin));
}

std::uint64_t behind(const SavedPosition& saved, const Totals& log) {
    const Position at = saved.position;
    return (at < log.end ? distance(at, log.end) : 0) + late_frames(saved) - lost_ahead(saved, log);
}

std::uint64_t lost(const SavedPosition& saved, const Totals& log) {
    std::uint64_t sum = lost_ahead(saved, log);
    for (const std::uint64_t one : saved.totals.lost) sum += one;
    return sum;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
    return text.empty() ? "-" : text;
}

std::string ratio_words(const SegmentGlance& segment) {
    if (!segment.compressed || segment.bytes == 0) return "-";
    return mark_words(
               rate_words(static_cast<double>(segment.content_bytes) / static_cast<double>(segment.bytes))) +
           "x";
}

void print_text(const LogPlaces& places, const std::vector<SegmentGlance>& log) {
    const Totals totals = totals_of(log, places);
    std::cout << file_words(places.spool.string()) << ": " << counted(log.size(), "segment") << ", "
              << room_words(totals.bytes);
    if (totals.bytes != totals.content_bytes)
        std::cout << " (" << room_words(totals.content_bytes) << " uncompressed)";
    std::cout << ", " << counted(distance(totals.begin, totals.end), "frame") << "\n\n";
    TextTable segments({"SEGMENT", "FIRST", "LAST", "FROM", "UNTIL", "BYTES", "COMPRESSED", "NEEDED BY"});
    for (const auto& segment : log) {
        const bool any = segment.name.base < segment.end;
        segments.add({file_name(segment.name).substr(0, 33),
                      any ? with_commas(number(segment.name.base)) : "-",
                      any ? with_commas(number(segment.end) - 1) : "-",
                      segment.received ? time_words(*segment.received) : "-",
                      segment.received ? time_words(segment.until) : "-", with_commas(segment.bytes),
                      ratio_words(segment), joined(needed_by(segment, places))});
    }
    std::cout << segments.text({false, true, true, false, false, true, true, false}) << '\n';
    TextTable destinations({"DESTINATION", "POSITION", "BEHIND", "LOST", ""});
    for (const auto& destination : places.destinations) {
        const std::string words = destination.configured ? "" : "is not configured: keeps nothing";
        if (destination.saved)
            destinations.add({file_words(destination.name), with_commas(number(destination.saved->position)),
                              with_commas(behind(*destination.saved, totals)),
                              with_commas(lost(*destination.saved, totals)), words});
        else
            destinations.add({file_words(destination.name), "-", "-", "-",
                              words.empty() ? "has no saved position" : words});
    }
    std::cout << destinations.text({false, true, true, true, false});
}

std::string list_json(const LogPlaces& places, const std::vector<SegmentGlance>& log) {
    const Totals totals = totals_of(log, places);
    JsonText json;
    json.open('{').add("directory", places.spool.string());
    json.add("begin", number(totals.begin)).add("end", number(totals.end));
    json.add("bytes", totals.bytes).add("uncompressed_bytes", totals.content_bytes);
    json.open('[', "segments");
    for (const auto& segment : log) {
        json.open('{').add("name", file_name(segment.name));
        json.add("begin", number(segment.name.base)).add("end", number(segment.end));
        if (segment.received)
            json.add("from", time_words(*segment.received)).add("until", time_words(segment.until));
        json.add("bytes", segment.bytes).add("uncompressed_bytes", segment.content_bytes);
        json.add("compressed", segment.compressed).open('[', "needed_by");
        for (const auto& name : needed_by(segment, places)) json.add("", name);
        json.close(']').close('}');
    }
    json.close(']').open('[', "destinations");
    for (const auto& destination : places.destinations) {
        json.open('{').add("name", destination.name).add("configured", destination.configured);
        if (destination.saved)
            json.add("position", number(destination.saved->position))
                .add("needed_from", number(needed_from(*destination.saved)))
                .add("behind", behind(*destination.saved, totals))
                .add("lost", lost(*destination.saved, totals));
        json.close('}');
    }
    return json.close(']').close('}').text();
}

}  // namespace

int spool_list_command(const SpoolArguments& arguments) {
    const LogPlaces places = find_log(arguments);
    const auto log = glance_at_log(places.spool, posix_disk());
    if (arguments.format == ReportFormat::json)
        std::cout << list_json(places, log);
    else
        print_text(places, log);
    return 0;
}

}  // namespace tapferry
