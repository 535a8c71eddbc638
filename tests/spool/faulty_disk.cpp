#include "tests/spool/faulty_disk.h"

#include <algorithm>

namespace tapferry {

bool FaultyDisk::fails() {
    const std::lock_guard guard(mutex_);
    ++calls;
    return calls >= fails_from || failing_calls.contains(calls);
}

DiskResult FaultyDisk::open(const std::filesystem::path& path, int flags) {
    if (away != 0) return {0, away};
    return fails() ? DiskResult{0, error} : under_.open(path, flags);
}

void FaultyDisk::close(int fd) {
    under_.close(fd);
}

DiskResult FaultyDisk::links(int fd) {
    return fails() ? DiskResult{0, error} : under_.links(fd);
}

DiskResult FaultyDisk::size(int fd) {
    return fails() ? DiskResult{0, error} : under_.size(fd);
}

DiskResult FaultyDisk::read_at(int fd, std::uint64_t offset, std::span<std::uint8_t> into) {
    if (read_error != 0) return {0, read_error};
    return fails() ? DiskResult{0, error} : under_.read_at(fd, offset, into);
}

DiskResult FaultyDisk::write_at(int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                                std::span<const std::uint8_t> second) {
    if (away != 0) return {0, away};
    if (write_error != 0) return {0, write_error};
    const bool failing = fails();
    const std::size_t whole = first.size() + second.size();
    const std::size_t length = std::min(failing ? whole / 2 : whole, longest_write);
    first = first.first(std::min(first.size(), length));
    second = second.first(std::min(second.size(), length - first.size()));
    if (failing && calls >= fails_from) return {0, error};
    const DiskResult written = under_.write_at(fd, offset, first, second);
    return failing ? DiskResult{0, error} : written;
}

DiskResult FaultyDisk::truncate(int fd, std::uint64_t length) {
    return fails() ? DiskResult{0, error} : under_.truncate(fd, length);
}

DiskResult FaultyDisk::lock(int fd) {
    return fails() ? DiskResult{0, error} : under_.lock(fd);
}

DiskResult FaultyDisk::unlink(const std::filesystem::path& path) {
    return fails() ? DiskResult{0, error} : under_.unlink(path);
}

DiskResult FaultyDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    return fails() ? DiskResult{0, error} : under_.rename(from, to);
}

DiskResult FaultyDisk::free_bytes(const std::filesystem::path& directory) {
    if (fails()) return {0, error};
    return free >= 0 ? DiskResult{free, 0} : under_.free_bytes(directory);
}

DiskResult FaultyDisk::advise(int fd, std::uint64_t offset, std::uint64_t length, CacheAdvice advice) {
    if (fails()) return {0, error};
    if (advice == CacheAdvice::not_needed) not_needed += length;
    return under_.advise(fd, offset, length, advice);
}

DiskResult FaultyDisk::sync(int fd) {
    ++syncs;
    sync_hangs.wait(true);
    if (sync_error != 0) return {0, sync_error};
    return fails() ? DiskResult{0, error} : under_.sync(fd);
}

DiskResult FaultyDisk::make_directory(const std::filesystem::path& path) {
    return fails() ? DiskResult{0, error} : under_.make_directory(path);
}

DiskResult FaultyDisk::list(const std::filesystem::path& directory, std::vector<std::string>& names) {
    names.clear();
    if (away != 0) return {0, away};
    if (!fails()) return under_.list(directory, names);
    return {0, error};
}

}  // namespace tapferry
