// A disk whose calls fail when a test says so; for the rest it is another one. What a test sets it sets
// while no other thread uses the disk, but for what is atomic.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <set>

#include "agent/spool/disk.h"

namespace tapferry {

class FaultyDisk final : public Disk {
  public:
    explicit FaultyDisk(Disk& under = posix_disk()) : under_(under) {}

    std::set<std::uint64_t> failing_calls;  // counted from 1
    std::uint64_t fails_from = std::numeric_limits<std::uint64_t>::max();
    int error = 0;
    std::size_t longest_write = std::numeric_limits<std::size_t>::max();
    std::atomic<std::uint64_t> calls{0};
    std::atomic<std::int64_t> free{-1};  // bytes; -1: as many as there are
    std::atomic<int> write_error{0};     // of every write, while it is not 0
    std::atomic<int> read_error{0};      // of every read, likewise
    std::atomic<int> sync_error{0};
    std::atomic<bool> sync_hangs{false};
    std::atomic<std::uint64_t> syncs{0};       // that were asked for
    std::atomic<std::uint64_t> not_needed{0};  // bytes that need not stay in the page cache

    // From the next call on everything fails: nothing of the process reaches the disk any more.
    void die(int with) {
        error = with;
        fails_from = calls + 1;
    }

    DiskResult open(const std::filesystem::path& path, int flags) override;
    void close(int fd) override;
    DiskResult size(int fd) override;
    DiskResult links(int fd) override;
    DiskResult read_at(int fd, std::uint64_t offset, std::span<std::uint8_t> into) override;
    // A failing write leaves the first half of its bytes behind.
    DiskResult write_at(int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                        std::span<const std::uint8_t> second) override;
    DiskResult truncate(int fd, std::uint64_t length) override;
    DiskResult lock(int fd) override;
    DiskResult unlink(const std::filesystem::path& path) override;
    DiskResult rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    DiskResult sync(int fd) override;
    DiskResult free_bytes(const std::filesystem::path& directory) override;
    DiskResult advise(int fd, std::uint64_t offset, std::uint64_t length, CacheAdvice advice) override;
    DiskResult make_directory(const std::filesystem::path& path) override;
    DiskResult list(const std::filesystem::path& directory, std::vector<std::string>& names) override;

    // No file can be opened, made, written or listed from now on; open ones can be read.
    void go_away(int with) { away = with; }
    void come_back() { away = 0; }
    std::atomic<int> away{0};

  private:
    bool fails();
    Disk& under_;
    std::mutex mutex_;
};

}  // namespace tapferry
