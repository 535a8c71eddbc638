#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "agent/commands/commands.h"
#include "agent/commands/printer.h"
#include "agent/config/config.h"
#include "agent/spool/disk.h"
#include "agent/spool/reader.h"

namespace tapferry {

namespace {

volatile std::sig_atomic_t interrupted = 0;
void interrupt(int) {
    interrupted = 1;
}

// Waits a little for more; false when nobody reads standard output any more.
bool wait_for_more() {
    constexpr int patience_ms = 50;
    pollfd output{STDOUT_FILENO, 0, 0};
    if (::poll(&output, 1, patience_ms) > 0) return (output.revents & (POLLERR | POLLNVAL)) == 0;
    return true;
}

}  // namespace

// Follows the log's files from their end, without a lock and without touching any route.
int tail_command(const TailArguments& arguments) {
    const std::filesystem::path state = arguments.state_directory.empty()
                                            ? read_config(arguments.config).state_directory
                                            : std::filesystem::path(arguments.state_directory);
    const auto spool = state / "spool";
    if (::access(spool.c_str(), R_OK | X_OK) != 0)
        throw std::runtime_error(spool.string() +
                                 " cannot be read: " + std::generic_category().message(errno) +
                                 "; does the agent run, and are you root or its user?");
    Printer printer(arguments.output, arguments.line);
    SpoolReader reader(spool, posix_disk(), spool_extent(spool, posix_disk()).end);
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    while (!interrupted) {
        SpoolRead read = reader.next();
        if (const auto* block = std::get_if<SpoolBlock>(&read)) {
            for (const auto& frame : block->frames)
                printer.print(frame.bytes,
                              {{block->incarnation, number(frame.position)}, block->received, frame.input});
            if (!printer.flush()) return 0;
        } else if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            std::cerr << "tapferry: " << distance(gap->from, gap->to) << " events are not there ("
                      << loss_reason_name(gap->reason) << ")\n";
        } else if (std::holds_alternative<SpoolEnd>(read) && !wait_for_more()) {
            return 0;
        }
    }
    return 0;
}

}  // namespace tapferry
