// A disk whose calls fail when a test says so; for the rest it is the real one. Single-threaded.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <set>

#include "agent/spool/disk.h"

namespace tapferry {

class FaultyDisk final : public Disk {
  public:
    std::set<std::uint64_t> failing_calls;  // counted from 1
    std::uint64_t fails_from = std::numeric_limits<std::uint64_t>::max();
    int error = 0;
    std::size_t longest_write = std::numeric_limits<std::size_t>::max();
    std::uint64_t calls = 0;
    std::atomic<std::int64_t> free{-1};   // bytes; -1: as many as there are
    std::atomic<std::uint64_t> syncs{0};  // by any thread

    // From the next call on everything fails: nothing of the process reaches the disk any more.
    void die(int with) {
        error = with;
        fails_from = calls + 1;
    }

    DiskResult open(const std::filesystem::path& path, int flags) override;
    void close(int fd) override;
    DiskResult size(int fd) override;
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
    DiskResult make_directory(const std::filesystem::path& path) override;
    DiskResult list(const std::filesystem::path& directory, std::vector<std::string>& names) override;

  private:
    bool fails();
};

}  // namespace tapferry
