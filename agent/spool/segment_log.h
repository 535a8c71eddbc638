// The log's files: the segment that is written to and the sealed ones, which go again when the log is too
// large or too old, the disk too full, or every route past them. One thread appends; what is said to be for
// any thread is under a lock. What to do when the disk does not take a block is the Spool's business.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "agent/spool/active_segment.h"
#include "agent/spool/open_streams.h"
#include "agent/spool/sealed_segments.h"
#include "agent/spool/segment_sync.h"
#include "agent/spool/spool.h"
#include "agent/spool/tail.h"

namespace tapferry {

class SegmentLog {
  public:
    // Locks the directory and looks for segments. Throws SpoolError.
    SegmentLog(const SpoolOptions& options, Disk& disk, Clocks& time, std::uint64_t incarnation);
    // Seals the active segment.
    ~SegmentLog();
    SegmentLog(const SegmentLog&) = delete;
    SegmentLog& operator=(const SegmentLog&) = delete;

    // By the appending thread; those that give an int give 0 or errno.
    // Nothing from here on is on the disk.
    [[nodiscard]] Position end() const { return active_ ? active_->end() : found_end_; }
    // Makes a new active segment and seals the one before it, in this order: the highest base never falls.
    [[nodiscard]] int begin_segment(bool doubtful = false);
    // One block behind the last one. What it is ahead of the log's end is written as a gap first, and so are
    // its streams that the segment does not name yet.
    [[nodiscard]] int append(const BlockHeader& header, std::span<const std::uint8_t> body,
                             const std::shared_ptr<const StreamNames>& streams);
    // Another segment, if the active one is not as good as new.
    [[nodiscard]] int renew();
    // A block without numbers, when the active segment is one that it may go to.
    [[nodiscard]] bool append_time(const BlockHeader& header);
    // Rolls when the segment is long or old, and removes what max_bytes asks for before a block of `length`
    // bytes; those of streams come on top. ENOBUFS: there is no room, and nothing may be removed.
    [[nodiscard]] int make_room(std::uint64_t length, std::uint64_t stream_bytes);
    [[nodiscard]] int roll_when_old();
    // The oldest sealed segment, when that may be removed to make room.
    bool drop_oldest();
    // Segments whose frames are all older than max_age.
    void drop_aged();
    // Removes the oldest segments while too little of the disk is free. Whether enough is.
    bool keep_free();
    // Likewise before so many bytes are written, each time that a good deal was.
    bool keep_free_for(std::uint64_t length);
    // The file of the active segment is no longer there by its name: somebody removed it, or its directory.
    [[nodiscard]] bool vanished();
    // After that: the directory, locked, and a segment in it.
    [[nodiscard]] int begin_anew();
    // Of a sync that failed: the segment is sealed as doubtful, and another begun. 0: none did.
    [[nodiscard]] int take_doubt();

    // By any thread.
    [[nodiscard]] Position begin() const { return Position{begin_.load(std::memory_order_acquire)}; }
    [[nodiscard]] std::uint64_t bytes() const {
        return active_bytes_.load(std::memory_order_relaxed) + sealed_bytes_.load(std::memory_order_relaxed);
    }
    // Bytes of the disk that are left free.
    [[nodiscard]] std::uint64_t floor() const { return floor_; }
    [[nodiscard]] SpoolTail& tail() { return *tail_; }
    [[nodiscard]] const std::shared_ptr<SpoolTail>& shared_tail() const { return tail_; }
    void trim(Position position);
    [[nodiscard]] std::vector<SealedSegment> sealed() const;
    [[nodiscard]] int replace(const SegmentName& name, const std::filesystem::path& path,
                              std::uint64_t bytes);

  private:
    [[nodiscard]] int write(BlockHeader header, std::span<const std::uint8_t> body);
    [[nodiscard]] int write_gap(Position to, Timestamp received);
    [[nodiscard]] int announce(const StreamNames& streams, Timestamp received);
    [[nodiscard]] bool old() const;
    [[nodiscard]] std::uint64_t choose_floor() const;
    [[nodiscard]] Timestamp now() const;
    bool unlink_oldest(SealedSegments::Readers readers);
    [[nodiscard]] std::size_t spared() const { return active_base_ ? 0 : 1; }
    void publish();

    const SpoolOptions options_;
    Disk& disk_;
    Clocks& time_;
    DiskFile lock_;
    const std::uint64_t incarnation_;
    // What counts is how long something is ago, whatever the wall clock is set to meanwhile.
    const Timestamp opened_at_;
    const std::chrono::steady_clock::time_point opened_;
    std::atomic<std::uint64_t> begin_{1};
    std::atomic<std::uint64_t> active_bytes_{0};
    std::atomic<std::uint64_t> sealed_bytes_{0};

    // The appending thread's.
    std::optional<ActiveSegment> active_;
    Position found_end_ = first_position;               // where earlier runs' segments end
    std::set<std::uint32_t> announced_;                 // streams whose blocks the active segment has
    std::shared_ptr<const StreamNames> announced_all_;  // all of these are announced
    std::uint64_t floor_ = 0;
    std::uint64_t unwatched_ = 0;  // bytes written since somebody looked how much is free
    bool low_ = false;             // less than that is free, and nothing is left to remove
    std::optional<SegmentSync> sync_;

    mutable std::mutex sealed_mutex_;
    std::optional<SealedSegments> sealed_;
    std::optional<Position> active_base_;
    std::shared_ptr<SpoolTail> tail_;
};

}  // namespace tapferry
