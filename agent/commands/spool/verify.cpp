#include <iostream>

#include "agent/commands/capture_file.h"
#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/interruption.h"
#include "agent/commands/json_text.h"
#include "agent/commands/progress_bar.h"
#include "agent/commands/spool/spool_commands.h"
#include "agent/spool/disk.h"
#include "agent/spool/segment_check.h"

namespace tapferry {

namespace {

void print_text(const LogCheck& check) {
    for (const Damage& damage : check.damage) {
        std::cout << file_name(damage.segment) << ", byte " << damage.offset << ": ";
        const std::uint64_t lost = distance(damage.from, damage.to);
        if (lost == 0)
            std::cout << "damaged, no frame is lost by it\n";
        else
            std::cout << counted(lost, "frame") << " damaged, " << number(damage.from) << " to "
                      << number(damage.to) - 1 << '\n';
    }
    std::cout << counted(check.segments, "segment") << ", " << room_words(check.bytes) << ": "
              << counted(check.frames, "frame") << " sound, " << with_commas(check.damaged_frames())
              << " damaged";
    if (check.notices != 0) std::cout << ", " << counted(check.notices, "notice") << " of the agent";
    for (std::size_t i = 0; i < check.known.size(); ++i)
        if (check.known[i] != 0)
            std::cout << ", " << with_commas(check.known[i]) << " known to be lost ("
                      << loss_reason_name(static_cast<LossReason>(i)) << ")";
    std::cout << '\n';
}

std::string check_json(const LogCheck& check) {
    JsonText json;
    json.open('{').add("sound", check.damage.empty()).add("whole", check.whole);
    json.add("segments", std::uint64_t{check.segments}).add("bytes", check.bytes).add("frames", check.frames);
    json.add("notices", check.notices);
    json.add("damaged_frames", check.damaged_frames()).open('{', "known_lost");
    for (std::size_t i = 0; i < check.known.size(); ++i)
        json.add(loss_reason_name(static_cast<LossReason>(i)), check.known[i]);
    json.close('}').open('[', "damage");
    for (const Damage& damage : check.damage) {
        json.open('{').add("segment", file_name(damage.segment)).add("offset", damage.offset);
        json.add("from", number(damage.from)).add("frames", distance(damage.from, damage.to)).close('}');
    }
    return json.close(']').close('}').text();
}

}  // namespace

int spool_verify_command(const SpoolArguments& arguments) {
    const LogPlaces places = find_log(arguments);
    watch_for_interruption();
    LogCheck check;
    {
        ProgressBar bar(spool_extent(places.spool, posix_disk()).bytes);
        check = check_log(places.spool, posix_disk(), [&](std::uint64_t bytes) {
            if (bar.due()) bar.show(bytes, room_words(bytes));
            return !interrupted();
        });
    }
    if (arguments.format == ReportFormat::json)
        std::cout << check_json(check);
    else
        print_text(check);
    std::cout.flush();
    if (!check.whole)
        std::cerr << "tapferry: not everything could be looked at: "
                  << (interrupted() ? "it was interrupted" : "a segment cannot be opened") << '\n';
    return check.whole && check.damage.empty() ? 0 : 1;
}

}  // namespace tapferry
