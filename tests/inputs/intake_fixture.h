// Intake in a private folder with a real spool, for tests: what it counted, told and stored, and a disk whose
// writes fail or hang while a test wants them to.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/inputs/intake.h"
#include "agent/spool/disk.h"
#include "agent/spool/spool.h"
#include "tests/support/temporary_folder.h"

namespace tapferry::test {

// Whether it became true; gives up after a minute.
bool wait_until(const std::function<bool()>& condition);

// The real disk, but for its writes.
class GateDisk final : public Disk {
  public:
    std::atomic<int> write_error{0};
    std::atomic<bool> hangs{false};
    std::atomic<int> refused{0};

    DiskResult open(const std::filesystem::path& path, int flags) override { return real_.open(path, flags); }
    void close(int fd) override { real_.close(fd); }
    DiskResult size(int fd) override { return real_.size(fd); }
    DiskResult links(int fd) override { return real_.links(fd); }
    DiskResult read_at(int fd, std::uint64_t offset, std::span<std::uint8_t> into) override {
        return real_.read_at(fd, offset, into);
    }
    DiskResult write_at(int fd, std::uint64_t offset, std::span<const std::uint8_t> first,
                        std::span<const std::uint8_t> second) override;
    DiskResult truncate(int fd, std::uint64_t length) override { return real_.truncate(fd, length); }
    DiskResult lock(int fd) override { return real_.lock(fd); }
    DiskResult unlink(const std::filesystem::path& path) override { return real_.unlink(path); }
    DiskResult rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return real_.rename(from, to);
    }
    DiskResult sync(int fd) override { return real_.sync(fd); }
    DiskResult free_bytes(const std::filesystem::path& directory) override {
        return real_.free_bytes(directory);
    }
    DiskResult advise(int fd, std::uint64_t offset, std::uint64_t length, CacheAdvice advice) override {
        return real_.advise(fd, offset, length, advice);
    }
    DiskResult make_directory(const std::filesystem::path& path) override {
        return real_.make_directory(path);
    }
    DiskResult list(const std::filesystem::path& directory, std::vector<std::string>& names) override {
        return real_.list(directory, names);
    }

  private:
    Disk& real_ = posix_disk();
};

struct StoredFrame {
    std::string input;
    std::string bytes;
};

class IntakeWorld {
  public:
    // Listens, and reads, on one socket for each of `inputs`. `options` but for the inputs.
    explicit IntakeWorld(IntakeOptions options = {}, const std::vector<std::string>& inputs = {"bind"},
                         std::size_t max_connections = 64, SpoolOptions spool = {});
    ~IntakeWorld();

    [[nodiscard]] std::string socket(std::size_t input = 0) const;
    [[nodiscard]] InputCounters& counters(std::size_t input = 0) { return *counters_[input]; }
    [[nodiscard]] std::uint64_t rejected(FrameRejection reason, std::size_t input = 0) const;
    [[nodiscard]] std::uint64_t rejected(ConnectionRejection reason, std::size_t input = 0) const;
    [[nodiscard]] std::vector<IntakeEvent> events() const;
    [[nodiscard]] std::size_t count_events(IntakeEvent::Kind kind) const;
    [[nodiscard]] Intake& intake() { return *intake_; }
    // Stops intake, checks that received = appended + rejected for each input, and that what was appended can
    // be read: from the disk, or from memory while there is none.
    std::vector<StoredFrame> stop();

    TemporaryFolder folder;
    GateDisk disk;

  private:
    std::vector<std::string> inputs_;
    std::vector<std::unique_ptr<InputCounters>> counters_;
    mutable std::mutex events_mutex_;
    std::vector<IntakeEvent> events_;
    std::optional<Spool> spool_;
    std::optional<Intake> intake_;
};

}  // namespace tapferry::test
