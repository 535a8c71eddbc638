#include "agent/spool/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>

namespace tapferry {
namespace {

DiskResult result_of(std::int64_t value) {
    return value < 0 ? DiskResult{0, errno} : DiskResult{value, 0};
}

class PosixDisk final : public Disk {
  public:
    DiskResult open(const std::filesystem::path& path, int flags) override {
        return result_of(::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR));
    }

    void close(int fd) override { ::close(fd); }

    DiskResult size(int fd) override {
        struct stat status {};
        const int result = ::fstat(fd, &status);
        return result_of(result < 0 ? result : status.st_size);
    }

    DiskResult links(int fd) override {
        struct stat status {};
        const int result = ::fstat(fd, &status);
        return result_of(result < 0 ? result : static_cast<std::int64_t>(status.st_nlink));
    }

    DiskResult read_at(int fd, std::uint64_t offset, std::span<std::uint8_t> into) override {
        return result_of(::pread(fd, into.data(), into.size(), static_cast<off_t>(offset)));
    }

    DiskResult write_at(int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                        std::span<const std::uint8_t> second) override {
        // writev(2) takes pointers to non-const, and only reads.
        const std::array<iovec, 2> parts{iovec{const_cast<std::uint8_t*>(first.data()), first.size()},
                                         iovec{const_cast<std::uint8_t*>(second.data()), second.size()}};
        return result_of(::pwritev(fd, parts.data(), parts.size(), static_cast<off_t>(offset)));
    }

    DiskResult truncate(int fd, std::uint64_t length) override {
        return result_of(::ftruncate(fd, static_cast<off_t>(length)));
    }

    DiskResult lock(int fd) override { return result_of(::flock(fd, LOCK_EX | LOCK_NB)); }

    DiskResult unlink(const std::filesystem::path& path) override {
        return result_of(::unlink(path.c_str()));
    }

    DiskResult rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return result_of(::rename(from.c_str(), to.c_str()));
    }

    DiskResult sync(int fd) override { return result_of(::fdatasync(fd)); }

    DiskResult free_bytes(const std::filesystem::path& directory) override {
        struct statvfs status {};
        if (::statvfs(directory.c_str(), &status) < 0) return {0, errno};
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        const std::uint64_t blocks = status.f_bavail;
        const std::uint64_t block = std::max<std::uint64_t>(status.f_frsize, 1);
        return {static_cast<std::int64_t>(std::min(blocks, most / block) * block), 0};
    }

    DiskResult advise(int fd, std::uint64_t offset, std::uint64_t length, CacheAdvice advice) override {
        const int wish = advice == CacheAdvice::sequential ? POSIX_FADV_SEQUENTIAL : POSIX_FADV_DONTNEED;
        return {0, ::posix_fadvise(fd, static_cast<off_t>(offset), static_cast<off_t>(length), wish)};
    }

    DiskResult make_directory(const std::filesystem::path& path) override {
        return result_of(::mkdir(path.c_str(), S_IRWXU));
    }

    DiskResult list(const std::filesystem::path& directory, std::vector<std::string>& names) override {
        names.clear();
        const std::unique_ptr<DIR, int (*)(DIR*)> open_directory(::opendir(directory.c_str()), &::closedir);
        if (!open_directory) return {0, errno};
        errno = 0;
        while (const dirent* entry = ::readdir(open_directory.get())) names.emplace_back(entry->d_name);
        return {0, errno};
    }
};

// What is left of two parts after `done` bytes.
std::pair<std::span<const std::uint8_t>, std::span<const std::uint8_t>> without_front(
    std::span<const std::uint8_t> first, std::span<const std::uint8_t> second, std::size_t done) {
    if (done < first.size()) return {first.subspan(done), second};
    return {{}, second.subspan(done - first.size())};
}

}  // namespace

Disk& posix_disk() {
    static PosixDisk disk;
    return disk;
}

DiskResult read_fully(Disk& disk, int fd, std::uint64_t offset, std::span<std::uint8_t> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const DiskResult read = disk.read_at(fd, offset + done, into.subspan(done));
        if (read.error == EINTR) continue;
        if (!read.ok() && done == 0) return read;
        if (!read.ok() || read.value == 0) break;
        done += static_cast<std::size_t>(read.value);
    }
    return {static_cast<std::int64_t>(done), 0};
}

DiskResult write_fully(Disk& disk, int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                       std::span<const std::uint8_t> second) {
    const std::size_t total = first.size() + second.size();
    std::size_t done = 0;
    while (done < total) {
        const auto [head, rest] = without_front(first, second, done);
        const DiskResult written = disk.write_at(fd, offset + done, head, rest);
        if (written.error == EINTR) continue;
        if (!written.ok()) return {static_cast<std::int64_t>(done), written.error};
        // A file system that takes nothing and says nothing is full.
        if (written.value == 0) return {static_cast<std::int64_t>(done), ENOSPC};
        done += static_cast<std::size_t>(written.value);
    }
    return {static_cast<std::int64_t>(done), 0};
}

}  // namespace tapferry
