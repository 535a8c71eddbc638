#include "transports/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

namespace tapferry {

using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;

namespace {

std::string failure(const char* what, const std::string& path, int error) {
    return std::string(what) + " " + path + ": " + std::generic_category().message(error);
}

// What a person has to change, as against a disk that is full or a descriptor that is missing.
Verdict class_of(int error) {
    switch (error) {
        case EACCES:
        case EPERM:
        case EROFS:
        case ENOENT:
        case ENOTDIR:
        case EISDIR:
        case ELOOP:
        case ENAMETOOLONG:
            return Verdict::misconfigured;
        default:
            return Verdict::retry;
    }
}

Outcome fault(int error, std::string words) {
    return {.verdict = class_of(error), .words = std::move(words)};
}

bool is_pipe(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

bool holds_something(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
}

}  // namespace

bool File::submit(const Batch& batch, Ticket ticket, Deadline deadline) {
    if (writing_ || outcome_) return false;
    if (auto fault = open()) {
        fault->ticket = ticket;
        outcome_ = std::move(fault);
        return true;
    }
    writing_ = ticket;
    writer_.begin(batch);
    if (!search_) writer_.lead(head());
    write(deadline);
    return true;
}

std::optional<Outcome> File::wait(Deadline deadline) {
    if (writing_) write(deadline);
    if (!outcome_) std::this_thread::sleep_until(deadline);
    return std::exchange(outcome_, std::nullopt);
}

void File::finish(Deadline deadline) {
    finish_by_ = deadline;
    if (!writing_) end_stream(deadline);
}

void File::write(Deadline deadline) {
    int error = seek_end(deadline);
    if (error == EAGAIN) return;
    Outcome outcome{.ticket = *writing_, .verdict = Verdict::accepted};
    if (error != 0) {
        outcome.verdict = Verdict::retry;
        outcome.words = failure_to_seek(error);
        (void)writer_.give_up(file_.get());
        close();
        return end_writing(std::move(outcome));
    }
    error = writer_.run(file_.get(), deadline);
    if (error == EAGAIN) return;
    begun_ = begun_ || writer_.wrote_head();
    if (error != 0) {
        outcome.verdict = class_of(error);
        outcome.done = writer_.give_up(file_.get());
        outcome.words = failure("write", options_.path, error);
    } else if (options_.fsync && ::fdatasync(file_.get()) != 0 && errno != EINVAL) {
        // The kernel forgets which pages it could not write: only writing them again helps.
        outcome.verdict = Verdict::retry;
        outcome.words = failure("fdatasync", options_.path, errno);
        close();
    }
    end_writing(std::move(outcome));
}

void File::end_writing(Outcome outcome) {
    writing_.reset();
    outcome_ = std::move(outcome);
    if (finish_by_) end_stream(*finish_by_);
}

std::optional<Outcome> File::open() {
    const auto now = Clock::now();
    if (file_.is_open() && now - checked_at_ >= options_.recheck) {
        checked_at_ = now;
        if (!path_names_open_file()) {
            end_stream(now);
            close();
        }
    }
    if (!file_.is_open()) {
        // A stream is read too; a named pipe that nobody reads must not be waited for, nor be read by us.
        const int access = is_stream() && !is_pipe(options_.path) ? O_RDWR : O_WRONLY;
        file_.reset(::open(options_.path.c_str(),
                           access | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640));
        const int error = errno;
        if (!file_.is_open() && error == ENOENT) {
            return fault(error, "open " + options_.path + ": the directory " +
                                    std::filesystem::path(options_.path).parent_path().string() +
                                    " does not exist");
        }
        if (!file_.is_open()) return fault(error, failure("open", options_.path, error));
        checked_at_ = now;
        if (is_stream() && holds_something(file_.get())) search_.emplace();
    }
    const int error = writer_.mend(file_.get());
    if (error != 0) return fault(error, failure("cut a torn record off", options_.path, error));
    return std::nullopt;
}

int File::seek_end(Deadline deadline) {
    if (!search_) return 0;
    if (const int error = search_->find(file_.get(), deadline); error != 0) return error;
    if (!search_->sound()) return EBADMSG;
    if (::ftruncate(file_.get(), search_->end()) != 0) return errno;
    search_.reset();
    writer_.lead(head());
    return 0;
}

std::string File::failure_to_seek(int error) const {
    if (error != EBADMSG) return failure("look for the last frame in", options_.path, error);
    return options_.path + " holds something that is no Frame Streams file of dnstap, from byte " +
           std::to_string(search_->end()) + " on, and is left alone: move it away";
}

std::string_view File::head() const {
    if (!is_stream()) return {};
    struct stat status {};
    const bool regular = ::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode);
    const bool begun = regular ? status.st_size > 0 : begun_;
    return begun ? std::string_view() : frame_streams_start;
}

// Without it a stream can still be read to its last frame: nothing else is tried.
void File::end_stream(Deadline deadline) {
    if (!is_stream() || !file_.is_open() || writer_.mend(file_.get()) != 0 || !head().empty()) return;
    (void)writer_.write_end(file_.get(), frame_streams_stop, deadline);
    close();
}

bool File::path_names_open_file() const {
    struct stat named {};
    struct stat opened {};
    return ::stat(options_.path.c_str(), &named) == 0 && ::fstat(file_.get(), &opened) == 0 &&
           named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

void File::close() {
    file_.reset();
    writer_.forget_torn();
    search_.reset();
    begun_ = false;
}

}  // namespace tapferry
