#include "agent/commands/stop_signals.h"

#include <signal.h>

#include <ctime>

namespace tapferry {

namespace {

sigset_t stopping_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

}  // namespace

StopSignals::StopSignals() {
    const sigset_t signals = stopping_signals();
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
}

int StopSignals::asked() {
    const sigset_t signals = stopping_signals();
    const timespec at_once{};
    while (::sigtimedwait(&signals, nullptr, &at_once) > 0) ++asked_;
    return asked_;
}

}  // namespace tapferry
