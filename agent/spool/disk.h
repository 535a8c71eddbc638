// The seam for file I/O of the spool and of saved positions: each function is one system call, so that tests
// can make any of them fail. Any thread. Whoever opens a file owns it through DiskFile.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tapferry {

// What a call gave: a descriptor or a number of bytes; or, when error is not 0, errno.
struct DiskResult {
    std::int64_t value = 0;
    int error = 0;
    [[nodiscard]] bool ok() const { return error == 0; }
};

enum class CacheAdvice : std::uint8_t { sequential, not_needed };

class Disk {
  public:
    Disk() = default;
    virtual ~Disk() = default;
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    // `flags` as for open(2); O_CLOEXEC is added, and what is made has mode 0600.
    virtual DiskResult open(const std::filesystem::path& path, int flags) = 0;
    virtual void close(int fd) = 0;
    virtual DiskResult size(int fd) = 0;
    // How many names the file has; 0: it was removed.
    virtual DiskResult links(int fd) = 0;
    // May give fewer bytes than asked for; 0 at the file's end.
    virtual DiskResult read_at(int fd, std::uint64_t offset, std::span<std::uint8_t> into) = 0;
    // Both parts in one call, one behind the other; may write fewer bytes.
    virtual DiskResult write_at(int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                                std::span<const std::uint8_t> second) = 0;
    virtual DiskResult truncate(int fd, std::uint64_t length) = 0;
    // Exclusive, without waiting; EWOULDBLOCK when another process or descriptor holds it. Ends with close().
    virtual DiskResult lock(int fd) = 0;
    virtual DiskResult unlink(const std::filesystem::path& path) = 0;
    // `to` is replaced when it is there.
    virtual DiskResult rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    // Returns when the file's bytes are on the disk.
    virtual DiskResult sync(int fd) = 0;
    // How many bytes of the file system of `directory` we may still use.
    virtual DiskResult free_bytes(const std::filesystem::path& directory) = 0;
    // How `length` bytes from `offset` on (0: all) will be read; a wish, no error matters.
    virtual DiskResult advise(int fd, std::uint64_t offset, std::uint64_t length, CacheAdvice advice) = 0;
    virtual DiskResult make_directory(const std::filesystem::path& path) = 0;  // mode 0700
    // Replaces `names` by those of the directory's entries, in no order.
    virtual DiskResult list(const std::filesystem::path& directory, std::vector<std::string>& names) = 0;
};

// The real one. It has no state.
Disk& posix_disk();

// Reads until `into` is full, the file ends or an error comes; an error after some bytes is not told.
DiskResult read_fully(Disk& disk, int fd, std::uint64_t offset, std::span<std::uint8_t> into);
// Writes all or gives the error; `value` is what was written in either case.
DiskResult write_fully(Disk& disk, int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                       std::span<const std::uint8_t> second = {});

// An open file; closed at the end of its life.
class DiskFile {
  public:
    DiskFile() = default;
    DiskFile(Disk& disk, int fd) : disk_(&disk), fd_(fd) {}
    ~DiskFile() {
        if (fd_ >= 0) disk_->close(fd_);
    }
    DiskFile(DiskFile&& other) noexcept : disk_(other.disk_), fd_(std::exchange(other.fd_, -1)) {}
    DiskFile& operator=(DiskFile&& other) noexcept {
        std::swap(disk_, other.disk_);
        std::swap(fd_, other.fd_);
        return *this;
    }
    [[nodiscard]] int fd() const { return fd_; }

  private:
    Disk* disk_ = nullptr;
    int fd_ = -1;
};

}  // namespace tapferry
