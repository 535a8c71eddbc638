#include "agent/spool/segment_sync.h"

#include <fcntl.h>
#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/spool/death_point.h"

namespace tapferry {

SegmentSync::SegmentSync(std::filesystem::path directory, Disk& disk, std::chrono::milliseconds interval)
    : directory_(std::move(directory)), disk_(disk), interval_(interval), thread_([this] { run(); }) {
    ::pthread_setname_np(thread_.native_handle(), "spool-sync");
}

SegmentSync::~SegmentSync() {
    {
        const std::lock_guard guard(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void SegmentSync::made(const File& file) {
    {
        const std::lock_guard guard(mutex_);
        directory_unsynced_ = true;
    }
    wrote(file);
}

void SegmentSync::wrote(const File& file) {
    {
        const std::lock_guard guard(mutex_);
        if (std::ranges::find(unsynced_, file) != unsynced_.end()) return;
        unsynced_.push_back(file);
    }
    changed_.notify_all();
}

std::optional<SegmentSync::Failure> SegmentSync::take_failure() {
    const std::lock_guard guard(mutex_);
    if (failures_.empty()) return std::nullopt;
    const Failure first = std::move(failures_.front());
    failures_.erase(failures_.begin());
    return first;
}

void SegmentSync::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || !unsynced_.empty(); });
        changed_.wait_for(lock, interval_, [this] { return ending_; });
        if (unsynced_.empty()) return;
        const std::vector<File> files = std::exchange(unsynced_, {});
        const bool with_directory = std::exchange(directory_unsynced_, false);
        lock.unlock();
        sync(files, with_directory);
        lock.lock();
    }
}

void SegmentSync::sync(const std::vector<File>& files, bool with_directory) {
    for (const File& file : files) {
        death_point("sync.before");
        const DiskResult synced = disk_.sync(file->fd());
        death_point("sync.done");
        if (!synced.ok() && synced.error != EINTR) fail(file, synced.error);
        if (synced.error == EINTR) wrote(file);
    }
    if (!with_directory) return;
    if (const int error = sync_directory(); error != 0) fail(nullptr, error);
}

// A file that was made is found after a power failure only when its directory is on the disk too.
int SegmentSync::sync_directory() {
    const DiskResult opened = disk_.open(directory_, O_RDONLY | O_DIRECTORY);
    if (!opened.ok()) return opened.error;
    const DiskFile directory(disk_, static_cast<int>(opened.value));
    DiskResult synced;
    do synced = disk_.sync(directory.fd());
    while (synced.error == EINTR);
    return synced.error;
}

void SegmentSync::fail(const File& file, int error) {
    const std::lock_guard guard(mutex_);
    failures_.push_back({file, error});
}

}  // namespace tapferry
