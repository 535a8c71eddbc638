// Reads the blocks of one segment file, which may be growing at this moment. It knows bytes and checksums;
// what a hole between two blocks means is SpoolReader's business. Owned by one reader, used by its thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "agent/spool/block_format.h"
#include "agent/spool/disk.h"
#include "agent/spool/segment_name.h"

namespace tapferry {

// `body` lives until the next call.
struct SoundBlock {
    BlockHeader header;
    std::span<const std::uint8_t> body;
};

// The header is sound, the body is not: its length and count can be trusted.
struct BadBlock {
    BlockHeader header;
};

// From here on the file has no sound block, now.
struct SegmentTail {};

using SegmentRead = std::variant<SoundBlock, BadBlock, SegmentTail>;

// Whether blocks may still be appended: then what looks like damage at the very end may be a write under way.
enum class Growth : std::uint8_t { growing, complete };

class SegmentReader {
  public:
    SegmentReader(Disk& disk, DiskFile file, const SegmentName& name);

    // The block at the offset, or the first sound header behind it when there is none. Stays there.
    [[nodiscard]] SegmentRead read(Growth growth);
    // Past a block that read() gave.
    void pass(const BlockHeader& header) { offset_ += header.whole_length(); }
    // Past blocks of frames that end at or before `position`, by their headers alone. Returns whether it
    // passed any.
    bool skip_before(Position position);

    // Something could not be read and counted as zeros, or as the file's end.
    [[nodiscard]] bool met_unreadable() const { return met_unreadable_; }
    // What was passed need not stay in the page cache, where it takes the place of others' files.
    void leave_cache();

    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    // Back to what offset() was.
    void rewind(std::uint64_t offset) {
        offset_ = offset;
        left_ = std::min(left_, offset);
    }

  private:
    // Bytes of the file from `at`: at least `wanted`, or as many as there are.
    std::span<const std::uint8_t> bytes_at(std::uint64_t at, std::size_t wanted);
    std::size_t fill(std::uint64_t at, std::span<std::uint8_t> into, std::size_t wanted);
    [[nodiscard]] std::optional<BlockHeader> own_header(
        std::span<const std::uint8_t, block_header_bytes> bytes) const;
    std::optional<BlockHeader> header_at(std::uint64_t at);
    // The next sound header behind `after`.
    std::optional<std::uint64_t> find_header(std::uint64_t after);
    SegmentRead block_at_offset(const BlockHeader& header);
    void forget_window() { window_length_ = 0; }

    Disk* disk_;
    DiskFile file_;
    SegmentName name_;
    std::uint64_t offset_ = 0;
    bool met_unreadable_ = false;
    std::uint64_t left_ = 0;  // before this nothing of ours need be cached
    // A stretch of the file, read by one call; blocks are given out of it.
    std::vector<std::uint8_t> window_;
    std::uint64_t window_at_ = 0;
    std::size_t window_length_ = 0;
};

}  // namespace tapferry
