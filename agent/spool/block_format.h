// The bytes of a block, as FORMAT.md has them: what ActiveSegment writes and SegmentReader reads. Pure; any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/spool/position.h"
#include "agent/spool/reader.h"
#include "proto/event.h"

namespace tapferry {

enum class BlockType : std::uint8_t {
    frames = 1,
    gap = 2,
    stream = 3,
    seal = 4,
    notice = 5,
    time = 6,
    zstd = 7
};

constexpr bool has_frames(BlockType type) {
    return type == BlockType::frames || type == BlockType::zstd;
}

inline constexpr std::size_t block_header_bytes = 56;
inline constexpr std::array<std::uint8_t, 4> block_magic{0xf5, 'T', 'B', '1'};
// Of a body: one frame of 16 MiB with its stream and length.
inline constexpr std::size_t max_block_body_bytes = (16u << 20) + 8;
// In front of each frame in a body: stream and length.
inline constexpr std::size_t frame_prefix_bytes = 8;

struct BlockHeader {
    BlockType type = BlockType::frames;
    std::uint64_t incarnation = 0;
    Position base{};
    Timestamp received;
    std::uint64_t count = 0;
    std::uint32_t length = 0;  // of the body
    std::uint32_t body_crc = 0;

    [[nodiscard]] Position end() const { return base + count; }
    [[nodiscard]] std::size_t whole_length() const { return block_header_bytes + length; }
};

using BlockHeaderBytes = std::array<std::uint8_t, block_header_bytes>;

BlockHeaderBytes encode_header(const BlockHeader& header);
// None when the bytes are no sound header of this incarnation.
std::optional<BlockHeader> decode_header(std::span<const std::uint8_t, block_header_bytes> bytes,
                                         std::uint64_t incarnation);

// A header for this body, with its length and checksum filled in.
BlockHeader header_for(BlockType type, std::span<const std::uint8_t> body);

struct StreamInformation {
    std::uint32_t stream = 0;
    std::string_view input;
    std::string_view peer;
};
std::vector<std::uint8_t> encode_stream(const StreamInformation& information);
std::optional<StreamInformation> decode_stream(std::span<const std::uint8_t> body);

std::vector<std::uint8_t> encode_notice(const Notice& notice, std::string_view input);
struct NoticeInformation {
    Notice notice;  // its words view the body
    std::string_view input;
};
std::optional<NoticeInformation> decode_notice(std::span<const std::uint8_t> body);

std::array<std::uint8_t, 1> encode_gap(LossReason reason);
std::optional<LossReason> decode_gap(std::span<const std::uint8_t> body);

}  // namespace tapferry
