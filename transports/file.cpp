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
    write(deadline);
    return true;
}

std::optional<Outcome> File::wait(Deadline deadline) {
    if (writing_) write(deadline);
    if (!outcome_) std::this_thread::sleep_until(deadline);
    return std::exchange(outcome_, std::nullopt);
}

void File::write(Deadline deadline) {
    const int error = writer_.run(file_.get(), deadline);
    if (error == EAGAIN) return;
    Outcome outcome{.ticket = *writing_, .verdict = Verdict::accepted};
    writing_.reset();
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
    outcome_ = std::move(outcome);
}

std::optional<Outcome> File::open() {
    const auto now = Clock::now();
    if (file_.is_open() && now - checked_at_ >= options_.recheck) {
        checked_at_ = now;
        if (!path_names_open_file()) close();
    }
    if (!file_.is_open()) {
        // Without waiting, for a named pipe that nobody reads.
        file_.reset(::open(options_.path.c_str(),
                           O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640));
        const int error = errno;
        if (!file_.is_open() && error == ENOENT) {
            return fault(error, "open " + options_.path + ": the directory " +
                                    std::filesystem::path(options_.path).parent_path().string() +
                                    " does not exist");
        }
        if (!file_.is_open()) return fault(error, failure("open", options_.path, error));
        checked_at_ = now;
    }
    const int error = writer_.mend(file_.get());
    if (error != 0) return fault(error, failure("cut a torn record off", options_.path, error));
    return std::nullopt;
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
}

}  // namespace tapferry
