#include "transports/stdout.h"

#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

namespace tapferry {

using Verdict = Outcome::Verdict;

namespace {

std::string failure(int error) {
    if (error == EPIPE) return "standard output is closed";
    return "write to standard output: " + std::generic_category().message(error);
}

}  // namespace

bool Stdout::submit(const Batch& batch, Ticket ticket, Deadline deadline) {
    if (writing_ || outcome_) return false;
    if (const int error = writer_.mend(fd_); error != 0) {
        outcome_ = Outcome{.ticket = ticket, .verdict = Verdict::retry, .words = failure(error)};
        return true;
    }
    writing_ = ticket;
    writer_.begin(batch);
    write(deadline);
    return true;
}

std::optional<Outcome> Stdout::wait(Deadline deadline) {
    if (writing_) write(deadline);
    if (!outcome_) std::this_thread::sleep_until(deadline);
    return std::exchange(outcome_, std::nullopt);
}

void Stdout::write(Deadline deadline) {
    const int error = writer_.run(fd_, deadline);
    if (error == EAGAIN) return;
    Outcome outcome{.ticket = *writing_, .verdict = Verdict::accepted};
    writing_.reset();
    if (error != 0) {
        outcome.verdict = Verdict::retry;
        outcome.done = writer_.give_up(fd_);
        outcome.words = failure(error);
    }
    outcome_ = std::move(outcome);
}

}  // namespace tapferry
