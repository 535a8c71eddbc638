#include "agent/commands/interruption.h"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace tapferry {

namespace {

volatile std::sig_atomic_t signalled = 0;
void note_signal(int) {
    signalled = 1;
}

}  // namespace

void watch_for_interruption() {
    struct sigaction action {};
    action.sa_handler = note_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

bool interrupted() {
    return signalled != 0;
}

bool wait_for_more() {
    constexpr int patience_ms = 50;
    pollfd output{STDOUT_FILENO, 0, 0};
    if (::poll(&output, 1, patience_ms) > 0) return (output.revents & (POLLERR | POLLNVAL)) == 0;
    return true;
}

}  // namespace tapferry
