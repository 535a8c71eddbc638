#include "transports/files/file.h"

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

Outcome fault_of_opening(const std::string& path, const std::string& directory, int error) {
    const std::string what = "open " + path + ": ";
    struct stat status {};
    if (error == ENOENT && ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode))
        return fault(error, what + "it is a symbolic link into a directory that does not exist");
    if (error == ENOENT) return fault(error, what + "the directory " + directory + " does not exist");
    if (error == ENXIO && is_pipe(path)) return fault(error, what + "it is a named pipe that nobody reads");
    if (error == ENXIO && ::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode))
        return {.verdict = Verdict::misconfigured, .words = what + "it is a socket, and not a regular file"};
    return fault(error, failure("open", path, error));
}

// Whether a regular file of lines ends within one. Of a file that may be written and not read it is not
// known.
bool ends_torn(const std::string& path, off_t size) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    char last = '\n';
    return file.is_open() && ::pread(file.get(), &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

File::File(FileOptions options, FileNames::Time (*now)())
    : options_(std::move(options)), names_(options_.path), now_(now) {
    const bool may_leave_streams_open = is_stream() && names_.tell_time();
    if (options_.compression == Compression::none && options_.keep == 0 && !may_leave_streams_open) return;
    finished_.emplace(names_, options_.compression, options_.keep, is_stream());
    finished_->look_after(names_.current(now_()));
}

bool File::submit(const Batch& batch, Ticket ticket, Deadline deadline) {
    if (writing_ || outcome_) return false;
    if (auto fault = open(batch.records.wire(batch.first, batch.end()).size())) {
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
    if (writing_)
        write(deadline);
    else if (file_.is_open() && !outcome_ && Clock::now() - checked_at_ >= options_.recheck)
        (void)leave_when_due(0);  // what hinders it is told when there is something to write
    if (!outcome_) std::this_thread::sleep_until(deadline);
    return std::exchange(outcome_, std::nullopt);
}

void File::finish(Deadline deadline) {
    finish_by_ = deadline;
    if (!writing_) end_stream(deadline);
}

std::string File::take_warning() {
    return finished_ ? finished_->take_warning() : std::string();
}

void File::write(Deadline deadline) {
    int error = seek_end(deadline);
    if (error == EAGAIN) return;
    Outcome outcome{.ticket = *writing_, .verdict = Verdict::accepted};
    if (error != 0) {
        outcome.verdict = error == EBADMSG ? Verdict::misconfigured : class_of(error);
        outcome.words = failure_to_seek(error);
        (void)writer_.give_up(file_.get());
        close();
        return end_writing(std::move(outcome));
    }
    error = writer_.run(file_.get(), deadline);
    if (error == EAGAIN) return;
    begun_ = begun_ || writer_.wrote_head();
    torn_ = torn_ && !writer_.wrote_head();
    if (error != 0) {
        outcome.verdict = class_of(error);
        outcome.done = writer_.give_up(file_.get());
        outcome.words = failure("write", path_, error);
    } else if (options_.fsync && ::fdatasync(file_.get()) != 0 && errno != EINVAL) {
        // The kernel forgets which pages it could not write: only writing them again helps.
        outcome.verdict = Verdict::retry;
        outcome.words = failure("fdatasync", path_, errno);
        close();
    }
    end_writing(std::move(outcome));
}

void File::end_writing(Outcome outcome) {
    writing_.reset();
    outcome_ = std::move(outcome);
    if (finish_by_) end_stream(*finish_by_);
}

std::optional<Outcome> File::open(std::size_t bytes_to_come) {
    if (file_.is_open())
        if (auto fault = leave_when_due(bytes_to_come)) return fault;
    if (!file_.is_open()) {
        if (auto fault = make_file()) return fault;
        // What an earlier process left may have had its time. A stream's end is found first.
        if (!search_ && is_full(bytes_to_come)) return open(bytes_to_come);
    }
    const int error = writer_.mend(file_.get());
    if (error != 0) return fault(error, failure("cut a torn record off", path_, error));
    return std::nullopt;
}

std::optional<Outcome> File::make_file() {
    path_ = names_.current(now_());
    if (finished_) finished_->look_after(path_);
    // A stream is read too; a named pipe that nobody reads must not be waited for, nor be read by us.
    const int access = is_stream() && !is_pipe(path_) ? O_RDWR : O_WRONLY;
    file_.reset(::open(path_.c_str(), access | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640));
    const int error = errno;
    if (!file_.is_open()) return fault_of_opening(path_, names_.directory(), error);
    checked_at_ = Clock::now();
    struct stat status {};
    const bool old = ::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    interval_ = interval_of(old ? status.st_mtime : std::chrono::system_clock::to_time_t(now_()));
    if (is_stream() && old) search_.emplace();
    torn_ = options_.framing == Framing::newline && old && ends_torn(path_, status.st_size);
    return std::nullopt;
}

std::optional<Outcome> File::leave_when_due(std::size_t bytes_to_come) {
    checked_at_ = Clock::now();
    if (names_.current(now_()) != path_ || !path_names_open_file()) {
        end_stream(checked_at_);
        close();
    } else if (!search_ && is_full(bytes_to_come)) {
        end_stream(checked_at_);
        close();
        return rename_finished();
    }
    return std::nullopt;
}

bool File::is_full(std::size_t bytes_to_come) {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const auto interval = interval_of(std::chrono::system_clock::to_time_t(now_()));
    if (status.st_size == 0) {
        interval_ = interval;  // that of its first record
        return false;
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return (options_.rotate_bytes != 0 && size + bytes_to_come > options_.rotate_bytes) ||
           interval != interval_;
}

std::optional<Outcome> File::rename_finished() {
    for (unsigned count = 1;; ++count) {
        const std::string name = FileNames::finished(path_, now_(), count);
        const std::string packed = name + std::string{suffix_of(options_.compression)};
        const bool is_packed_already = ::access(packed.c_str(), F_OK) == 0;
        if (!is_packed_already &&
            ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) == 0)
            return std::nullopt;
        if (!is_packed_already && errno != EEXIST)
            return fault(errno, failure("rename", path_ + " to " + name, errno));
    }
}

std::int64_t File::interval_of(std::time_t seconds) const {
    return options_.rotate_interval.count() == 0 ? 0 : seconds / options_.rotate_interval.count();
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
    if (error != EBADMSG) return failure("look for the last frame in", path_, error);
    return path_ + " is not a dnstap Frame Streams file from byte " + std::to_string(search_->end()) +
           " on; it is left untouched: move it aside";
}

std::string_view File::head() const {
    if (!is_stream()) return torn_ ? "\n" : "";
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
    return ::stat(path_.c_str(), &named) == 0 && ::fstat(file_.get(), &opened) == 0 &&
           named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

void File::close() {
    file_.reset();
    writer_.forget_torn();
    search_.reset();
    begun_ = false;
}

}  // namespace tapferry
