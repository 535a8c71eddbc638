#include "transports/stdout.h"

#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include "transports/files/frame_streams_file.h"

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
    if (is_stream_ && !begun_) writer_.lead(frame_streams_start);
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
    begun_ = begun_ || writer_.wrote_head();
    outcome_ = std::move(outcome);
    if (finish_by_) end_stream(*finish_by_);
}

void Stdout::finish(Deadline deadline) {
    finish_by_ = deadline;
    if (!writing_) end_stream(deadline);
}

// Without it a stream can still be read to its last frame: nothing else is tried.
void Stdout::end_stream(Deadline deadline) {
    if (!is_stream_ || writer_.mend(fd_) != 0) return;
    if (!begun_ && writer_.write_end(fd_, frame_streams_start, deadline) != 0) return;
    (void)writer_.write_end(fd_, frame_streams_stop, deadline);
    begun_ = false;
}

}  // namespace tapferry
