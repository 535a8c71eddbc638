// Brings what was written to the disk, on a thread of its own: an fsync takes as long as it likes, and the
// appending thread does not wait for it. A sync that failed is never tried again, because the kernel forgets
// what it could not write: the segment is doubtful from then on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "agent/spool/disk.h"

namespace tapferry {

class SegmentSync {
  public:
    using File = std::shared_ptr<const DiskFile>;

    // What was written is synced within `interval` and the time of one sync; 0: at once.
    SegmentSync(std::filesystem::path directory, Disk& disk, std::chrono::milliseconds interval);
    // Syncs what is left.
    ~SegmentSync();
    SegmentSync(const SegmentSync&) = delete;
    SegmentSync& operator=(const SegmentSync&) = delete;

    // By the appending thread: the file was made, or written to.
    void made(const File& file);
    void wrote(const File& file);
    // A file that a sync failed for, once; `file` is null when it was the directory.
    struct Failure {
        File file;
        int error = 0;
    };
    [[nodiscard]] std::optional<Failure> take_failure();

  private:
    void run();
    void sync(const std::vector<File>& files, bool with_directory);
    [[nodiscard]] int sync_directory();
    void fail(const File& file, int error);

    const std::filesystem::path directory_;
    Disk& disk_;
    const std::chrono::milliseconds interval_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<File> unsynced_;
    bool directory_unsynced_ = false;
    bool ending_ = false;
    std::vector<Failure> failures_;
    std::thread thread_;
};

}  // namespace tapferry
