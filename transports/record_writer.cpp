#include "transports/record_writer.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <string_view>

#include "transports/milliseconds_until.h"

namespace tapferry {
namespace {

using Clock = std::chrono::steady_clock;

// Keeps a pipe whose reader is gone from ending the process, whatever the process does with SIGPIPE
// otherwise.
class WithoutSigpipe {
  public:
    WithoutSigpipe() {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    ~WithoutSigpipe() {
        if (sigismember(&before_, SIGPIPE) == 1) return;
        const timespec at_once{};
        while (sigtimedwait(&sigpipe_, nullptr, &at_once) < 0 && errno == EINTR) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    WithoutSigpipe(const WithoutSigpipe&) = delete;
    WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

  private:
    sigset_t sigpipe_{};
    sigset_t before_{};
};

bool is_regular(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

// 0: there is room; EAGAIN: none by the deadline.
int wait_for_room(int fd, Deadline deadline) {
    for (;;) {
        pollfd room{fd, POLLOUT, 0};
        const int ready = ::poll(&room, 1, milliseconds_until(deadline));
        if (ready > 0) return 0;  // also for errors, which write() then names
        if (ready == 0) return EAGAIN;
        if (errno != EINTR) return errno;
    }
}

// Cuts `count` bytes off the end of a regular file, if its end is where we last wrote.
int cut(int fd, std::size_t count) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return 0;
    const off_t here = ::lseek(fd, 0, SEEK_CUR);
    if (here < 0) return errno;
    if (here != status.st_size || status.st_size < static_cast<off_t>(count)) return 0;
    const off_t end = here - static_cast<off_t>(count);
    if (::ftruncate(fd, end) != 0) return errno;
    return ::lseek(fd, end, SEEK_SET) < 0 ? errno : 0;
}

// Writes on behind the first `written` of `bytes`: 0, errno, or EAGAIN at the deadline. Raises no SIGPIPE.
int write_on(int fd, std::string_view bytes, std::size_t& written, Deadline deadline) {
    const WithoutSigpipe guard;
    // What is not a file may block, even where there is room, when it is given more than PIPE_BUF at once.
    const bool may_block = !is_regular(fd);
    while (written < bytes.size()) {
        const std::size_t count =
            std::min<std::size_t>(bytes.size() - written, may_block ? PIPE_BUF : SSIZE_MAX);
        if (may_block) {
            const int error = wait_for_room(fd, deadline);
            if (error != 0) return error;
        }
        const ssize_t done = ::write(fd, bytes.data() + written, count);
        if (done > 0) written += static_cast<std::size_t>(done);
        if (done == 0) return EIO;
        if (done < 0 && errno != EINTR && errno != EAGAIN) return errno;
        if (may_block && written < bytes.size() && Clock::now() >= deadline) return EAGAIN;
    }
    return 0;
}

}  // namespace

void RecordWriter::begin(const Batch& batch) {
    batch_.emplace(batch);
    head_ = {};
    head_written_ = written_ = 0;
}

int RecordWriter::run(int fd, Deadline deadline) {
    if (const int error = write_on(fd, head_, head_written_, deadline); error != 0) return error;
    return write_on(fd, batch_->records.wire(batch_->first, batch_->end()), written_, deadline);
}

std::size_t RecordWriter::give_up(int fd) {
    const std::size_t whole = whole_records();
    torn_bytes_ = written_ - batch_->records.wire(batch_->first, batch_->first + whole).size();
    if (!wrote_head()) torn_bytes_ = head_written_;
    batch_.reset();
    (void)mend(fd);
    return whole;
}

int RecordWriter::write_end(int fd, std::string_view end, Deadline deadline) {
    std::size_t written = 0;
    const int error = write_on(fd, end, written, deadline);
    if (error == 0) return 0;
    torn_bytes_ = written;
    (void)mend(fd);
    return error;
}

int RecordWriter::mend(int fd) {
    if (torn_bytes_ == 0) return 0;
    const int error = cut(fd, torn_bytes_);
    if (error == 0) torn_bytes_ = 0;
    return error;
}

std::size_t RecordWriter::whole_records() const {
    std::size_t whole = 0;
    const std::size_t all = batch_->end() - batch_->first;
    while (whole < all && batch_->records.wire(batch_->first, batch_->first + whole + 1).size() <= written_)
        ++whole;
    return whole;
}

}  // namespace tapferry
