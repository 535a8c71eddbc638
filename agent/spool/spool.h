// The log between intake and delivery: append-only segments of checksummed blocks in one directory, their
// bytes described in FORMAT.md. One thread appends (intake's second); any number of SpoolReaders read; trim()
// unlinks what every route has passed. Only growing integers cross between the threads. Frames are opaque
// bytes here.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "agent/spool/block_builder.h"
#include "agent/spool/position.h"
#include "proto/event.h"

namespace tapferry {

struct SpoolOptions {
    std::filesystem::path directory;            // made with mode 0700 when it is not there; segments are 0600
    std::uint64_t max_bytes = 2ull << 30;       // of all segments; beyond it the oldest segment goes
    std::uint64_t segment_bytes = 64ull << 20;  // a segment is sealed when it is this long
    std::chrono::milliseconds segment_age{20000};  // or this old, with frames in it
    // 0: drawn. A log that is made anew, each time of the same frames, may have the same each time.
    std::uint64_t incarnation = 0;
};

// The log cannot be opened: no permission, in use by another agent, not a directory … what() is for people
// and says what to do.
struct SpoolError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Why a block was not appended. Nothing of it is in the log then, and the numbers it would have had are not
// used.
struct AppendOutcome {
    bool appended = false;
    int error = 0;  // errno when not
};

struct SealedSegment;  // agent/spool/active_segment.h
struct SegmentName;    // agent/spool/segment_name.h
class Disk;            // agent/spool/disk.h: the seam for file I/O

class Spool {
  public:
    // Locks the directory, draws an incarnation, finds the next sequence number (one more than the highest of
    // the last sound block, every segment's name and `highest_known`, which is the highest that any saved
    // position names), and starts a new segment. When the log ends before `highest_known`, a gap block says
    // so.
    Spool(SpoolOptions options, Disk& disk, Position highest_known = first_position);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    // By the appending thread. A stream is one connection; its number is intake's and is not used again in
    // this incarnation. `input` and `peer` are texts of at most 255 bytes.
    void open_stream(std::uint32_t stream, std::string_view input, std::string_view peer);
    void close_stream(std::uint32_t stream);
    // One write() of one block. A block that was only half written is cut back.
    [[nodiscard]] AppendOutcome append(const BlockBuilder& block, Timestamp received);
    // One time block, that nothing came until `received`. False: nobody waits for time to pass, or it cannot
    // be written.
    bool append_time(Timestamp received);
    // Seals the active segment when it is older than segment_age; called now and then when nothing comes.
    void roll_when_old();

    // By any thread.
    [[nodiscard]] Position begin() const;  // of the oldest frame still in the log, or end()
    [[nodiscard]] Position end() const;    // one past the newest frame
    [[nodiscard]] std::uint64_t incarnation() const;
    [[nodiscard]] std::uint64_t bytes() const;  // of all segments
    // A reader begins, or ends, to wait for time to pass while nothing comes: see append_time().
    void wait_for_time(bool waits);
    // Waits until end() is beyond `position` or `deadline` comes; returns whether it is.
    bool wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const;
    // Wakes every thread in wait_beyond() once, for shutting down.
    void wake_all();
    // Unlinks sealed segments that lie wholly before `position`: every route has saved that it passed them.
    void trim(Position position);
    // For the Compactor: the sealed segments, oldest first; and a file that takes a sealed segment's place
    // unless that is gone. Returns 0, or errno and nothing has changed.
    [[nodiscard]] std::vector<SealedSegment> sealed() const;
    [[nodiscard]] int replace(const SegmentName& name, const std::filesystem::path& path,
                              std::uint64_t bytes);
    [[nodiscard]] const std::filesystem::path& directory() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
