#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <iostream>
#include <stdexcept>

#include "agent/commands/commands.h"
#include "agent/commands/interruption.h"
#include "agent/commands/printer.h"
#include "agent/config/config.h"
#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "encoders/time_units.h"

namespace tapferry {

namespace {

// Formats that gather rows write them when their window has passed, whether or not anything comes.
Timestamp now() {
    using namespace std::chrono;
    const auto since = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    return from_milliseconds(since);
}

}  // namespace

// Follows the log's files from their end, without a lock and without touching any route.
int tail_command(const TailArguments& arguments) {
    const std::filesystem::path state = arguments.state_directory.empty()
                                            ? read_outline(arguments.config).state_directory
                                            : std::filesystem::path(arguments.state_directory);
    const auto spool = state / "spool";
    if (::access(spool.c_str(), R_OK | X_OK) != 0)
        throw std::runtime_error(spool.string() +
                                 " cannot be read: " + std::generic_category().message(errno) +
                                 "; is the agent running, and are you root or its user?");
    Printer printer(read_show_options(arguments.format, arguments.filter), WindowTime::receipt);
    SpoolReader reader(spool, posix_disk(), spool_extent(spool, posix_disk()).end);
    watch_for_interruption();
    std::uint64_t shown = 0;
    while (!interrupted()) {
        SpoolRead read = reader.next();
        if (const auto* block = std::get_if<SpoolBlock>(&read)) {
            for (const auto& frame : block->frames) {
                const FrameOrigin origin{
                    {block->incarnation, number(frame.position)}, block->received, frame.input};
                if (printer.print(frame.bytes, origin) == Printed::shown && ++shown == arguments.count) {
                    (void)printer.finish();
                    return 0;
                }
            }
        } else if (const auto* notice = std::get_if<SpoolNotice>(&read)) {
            Event event = event_of(*notice);
            if (printer.print(event) == Printed::shown && ++shown == arguments.count) {
                (void)printer.finish();
                return 0;
            }
        } else if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            std::cerr << "tapferry: " << distance(gap->from, gap->to) << " events are not there ("
                      << loss_reason_name(gap->reason) << ")\n";
        } else if (std::holds_alternative<SpoolEnd>(read)) {
            printer.pass(now());
            if (!printer.flush() || !wait_for_more()) return 0;
            continue;
        }
        if (!printer.flush()) return 0;
    }
    (void)printer.finish();
    return 0;
}

}  // namespace tapferry
