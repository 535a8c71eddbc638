// Blocks of frames as one compressed block, and back, as FORMAT.md has it: what compaction writes and a
// reader of the log reads. packed_frames.cpp is the spool's door of libzstd. Each object is one thread's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/spool/block_format.h"
#include "agent/spool/segment_reader.h"

namespace tapferry {

// What is packed together, unless it is one longer block alone.
inline constexpr std::size_t packed_content_bytes = 256 * 1024;

class FramePacker {
  public:
    FramePacker();
    ~FramePacker();
    FramePacker(const FramePacker&) = delete;
    FramePacker& operator=(const FramePacker&) = delete;

    [[nodiscard]] bool empty() const { return count_ == 0; }
    // Whether a block of frames with such a body may join. One that may not when there is none yet is too
    // long to be packed at all.
    [[nodiscard]] bool has_room(std::size_t body_length) const;
    // `block` follows those that were added before.
    void add(const SoundBlock& block);
    // The blocks that were added as one, its incarnation not filled in; forgets them. None: libzstd failed,
    // or what it made does not give the same again. Lives until the next call.
    [[nodiscard]] std::optional<SoundBlock> pack();

  private:
    struct Zstd;
    std::unique_ptr<Zstd> zstd_;
    std::vector<std::uint8_t> content_;
    std::vector<std::uint8_t> body_;
    std::vector<std::uint8_t> again_;
    BlockHeader first_;
    std::uint64_t count_ = 0;
};

class FrameUnpacker {
  public:
    FrameUnpacker();
    ~FrameUnpacker();
    FrameUnpacker(FrameUnpacker&&) noexcept;
    FrameUnpacker& operator=(FrameUnpacker&&) noexcept;

    // False: the body is not what FORMAT.md says, and there is nothing to be had of it. Takes no more memory
    // than a block may have, whatever the bytes are.
    [[nodiscard]] bool open(const BlockHeader& header, std::span<const std::uint8_t> body);
    // The blocks of frames in it, one after the other; none: there are no more. Their frames are not looked
    // at here. A body lives until the next open().
    [[nodiscard]] std::optional<SoundBlock> next();
    void clear() { rest_ = {}; }
    // Of the content of what was opened last.
    [[nodiscard]] std::size_t content_bytes() const { return content_.size(); }

  private:
    struct Zstd;
    std::unique_ptr<Zstd> zstd_;  // made when it is needed first
    std::vector<std::uint8_t> content_;
    std::span<const std::uint8_t> rest_;
    BlockHeader header_;  // of the next block, but for what stands in front of it
};

}  // namespace tapferry
