// The log between intake and delivery: append-only segments of checksummed blocks in one directory, their
// bytes described in FORMAT.md, and the newest of them in memory. One thread appends (intake's second); any
// number of SpoolReaders read; trim() unlinks what every route has passed. Only growing integers and whole
// blocks cross between the threads. Frames are opaque bytes here. While there is no disk the log goes on in
// memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "agent/spool/block_builder.h"
#include "agent/spool/clocks.h"
#include "agent/spool/position.h"
#include "proto/event.h"

namespace tapferry {

// What goes when the spool is at one of its limits: its oldest segment, or what comes.
enum class WhenFull : std::uint8_t { drop_oldest, drop_newest };

struct SpoolOptions {
    std::filesystem::path directory;            // made with mode 0700 when it is not there; segments are 0600
    std::uint64_t max_bytes = 2ull << 30;       // of all segments
    std::uint64_t segment_bytes = 64ull << 20;  // a segment is sealed when it is this long
    std::chrono::milliseconds segment_age{20000};        // or this old, with frames in it
    std::chrono::milliseconds max_age{72 * 3'600'000};   // a segment older than this goes; 0: none does
    std::uint64_t min_free_bytes = 1ull << 30;           // of the file system, for others
    WhenFull when_full = WhenFull::drop_oldest;          // at max_bytes and min_free_bytes
    std::optional<std::chrono::milliseconds> sync = {};  // how long at most until fsync; none: never
    std::size_t tail_bytes = 4u << 20;                   // of the newest blocks, in memory
    std::chrono::milliseconds disk_retry{1000};          // between two looks whether it is back
    std::uint64_t incarnation = 0;                       // 0: drawn; the same frames may have the same
};

// The log cannot be opened: no permission, in use by another agent, not a directory … what() is for people
// and says what to do.
struct SpoolError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Whether a block is in the log. When not, nothing of it is, and the numbers it would have had are not used.
struct AppendOutcome {
    bool appended = false;
    int error = 0;      // errno when not
    bool full = false;  // when not: the spool is at max_bytes, and the newest are to be dropped
};

struct SealedSegment;  // agent/spool/active_segment.h
struct SegmentName;    // agent/spool/segment_name.h
class Disk;            // agent/spool/disk.h: the seam for file I/O
class SpoolReader;     // agent/spool/reader.h

class Spool {
  public:
    // Locks the directory, draws an incarnation, finds the next sequence number (one more than the highest of
    // the last sound block, every segment's name and `highest_known`, which is the highest that any saved
    // position names), and starts a new segment. When the log ends before `highest_known`, a gap block says
    // so.
    Spool(SpoolOptions options, Disk& disk, Position highest_known = first_position,
          Clocks& time = system_clocks());
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    // By the appending thread. A stream is one connection; its number is intake's and is not used again in
    // this incarnation. `input` and `peer` are texts of at most 255 bytes.
    void open_stream(std::uint32_t stream, std::string_view input, std::string_view peer);
    void close_stream(std::uint32_t stream);
    // One write() of one block. When the disk does not take it, it stands in memory alone.
    [[nodiscard]] AppendOutcome append(const BlockBuilder& block, Timestamp received);
    // One notice of intake, which takes a number as a frame does. Its texts are cut to 255 bytes.
    [[nodiscard]] AppendOutcome append_notice(const Notice& notice, std::string_view input,
                                              Timestamp received);
    // One time block, that nothing came until `received`. False: nobody waits for time to pass, or it cannot
    // be written.
    bool append_time(Timestamp received);
    // What time asks for: seals what is old, removes what is older, looks whether the disk is there. Called
    // once a second or so, whether frames come or not.
    void tick();
    // Why the newest blocks are in memory alone, for people; empty when the disk has them.
    [[nodiscard]] const std::string& trouble() const;
    // Once for each sync that failed, for people.
    [[nodiscard]] std::optional<std::string> take_doubt();

    // By any thread.
    [[nodiscard]] Position begin() const;  // of the oldest frame still in the log, or end()
    [[nodiscard]] Position end() const;    // one past the newest frame
    // The log has removed all frames before it, at its limits or because every route had passed them.
    [[nodiscard]] Position removed_before() const;
    [[nodiscard]] std::uint64_t incarnation() const;
    [[nodiscard]] std::uint64_t bytes() const;  // of all segments
    // How much of the disk is left to others: min_free_bytes, or half of what there was, were that less.
    [[nodiscard]] std::uint64_t floor() const;
    // Reads memory and files. For routes; a SpoolReader of one's own reads files alone.
    [[nodiscard]] SpoolReader reader(Position from) const;
    // A reader begins, or ends, to wait for time to pass while nothing comes: see append_time().
    void wait_for_time(bool waits);
    // Waits until end() is beyond `position` or `deadline` comes; returns whether it is.
    bool wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const;
    // Wakes every thread in wait_beyond() once: something is asked of one of them.
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
