#include <doctest/doctest.h>

#include <algorithm>

#include "agent/spool/little_endian.h"
#include "agent/spool/packed_frames.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

// A block of frames as a reader gives it.
struct Block {
    BlockHeader header;
    Bytes body;
    [[nodiscard]] SoundBlock view() const { return {header, body}; }
};

Block numbered_block(Position base, std::size_t frames, std::size_t frame_bytes, std::int64_t seconds) {
    BlockBuilder builder;
    for (std::size_t i = 0; i < frames; ++i) builder.add(7, numbered_frame(base + i, frame_bytes));
    Block block;
    block.body.assign(builder.body().begin(), builder.body().end());
    block.header = header_for(BlockType::frames, block.body);
    block.header.base = base;
    block.header.count = frames;
    block.header.received = {seconds, 123};
    return block;
}

struct Packed {
    BlockHeader header;
    Bytes body;
};

Packed pack(FramePacker& packer) {
    const auto packed = packer.pack();
    REQUIRE(packed);
    return {packed->header, {packed->body.begin(), packed->body.end()}};
}

Packed three_blocks() {
    FramePacker packer;
    packer.add(numbered_block(Position{10}, 3, 20, 100).view());
    packer.add(numbered_block(Position{13}, 1, 5000, -1).view());
    packer.add(numbered_block(Position{14}, 2, 0, 100).view());
    return pack(packer);
}

// The content that stands uncompressed, as a frame of Zstandard (RFC 8878: magic, a header without a window,
// raw blocks).
Bytes raw_zstd(const Bytes& content) {
    Bytes bytes{0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 0};
    store_le(&bytes[5], static_cast<std::uint32_t>(content.size()));
    std::size_t at = 0;
    do {
        const std::size_t length = std::min<std::size_t>(content.size() - at, 100'000);
        const bool last = at + length == content.size();
        const auto header = static_cast<std::uint32_t>(length << 3 | (last ? 1 : 0));
        for (int shift = 0; shift < 24; shift += 8)
            bytes.push_back(static_cast<std::uint8_t>(header >> shift));
        const auto begin = content.begin() + static_cast<std::ptrdiff_t>(at);
        bytes.insert(bytes.end(), begin, begin + static_cast<std::ptrdiff_t>(length));
        at += length;
    } while (at < content.size());
    return bytes;
}

bool opens(FrameUnpacker& unpacker, std::uint64_t count, std::uint32_t length, const Bytes& packed) {
    Bytes body(4);
    store_le(body.data(), length);
    body.insert(body.end(), packed.begin(), packed.end());
    BlockHeader header = header_for(BlockType::zstd, body);
    header.base = Position{10};
    header.count = count;
    return unpacker.open(header, body);
}

Bytes piece(std::uint32_t count, std::uint32_t nanoseconds, std::uint32_t length, std::size_t bytes) {
    Bytes content(20 + bytes);
    store_le(&content[8], nanoseconds);
    store_le(&content[12], count);
    store_le(&content[16], length);
    return content;
}

}  // namespace

TEST_CASE("blocks of frames come out of a packed one as they went in") {
    const Packed packed = three_blocks();
    CHECK(packed.header.type == BlockType::zstd);
    CHECK(packed.header.base == Position{10});
    CHECK(packed.header.count == 6);
    CHECK(packed.header.received.seconds == 100);
    FrameUnpacker unpacker;
    for (int round = 0; round < 2; ++round) {
        REQUIRE(unpacker.open(packed.header, packed.body));
        for (const Block& expected :
             {numbered_block(Position{10}, 3, 20, 100), numbered_block(Position{13}, 1, 5000, -1),
              numbered_block(Position{14}, 2, 0, 100)}) {
            const auto block = unpacker.next();
            REQUIRE(block);
            CHECK(block->header.type == BlockType::frames);
            CHECK(block->header.base == expected.header.base);
            CHECK(block->header.count == expected.header.count);
            CHECK(block->header.received.seconds == expected.header.received.seconds);
            CHECK(block->header.received.nanoseconds == 123);
            CHECK(Bytes(block->body.begin(), block->body.end()) == expected.body);
        }
        CHECK_FALSE(unpacker.next());
    }
}

TEST_CASE("a packer takes 256 KiB, or one longer block that a body can hold") {
    FramePacker packer;
    CHECK(packer.has_room(max_block_body_bytes - 20));
    CHECK_FALSE(packer.has_room(max_block_body_bytes - 19));
    packer.add(numbered_block(first_position, 1, 100'000, 1).view());
    CHECK(packer.has_room(100'000));
    CHECK_FALSE(packer.has_room(200'000));
    REQUIRE(packer.pack());
    CHECK(packer.empty());
    packer.add(numbered_block(first_position, 1, 1'000'000, 1).view());
    CHECK_FALSE(packer.has_room(0));
    CHECK(pack(packer).header.length < 100'000);
}

TEST_CASE("any one wrong byte of a packed body gives nothing, or the same number of frames") {
    const Packed packed = three_blocks();
    FrameUnpacker unpacker;
    for (std::size_t at = 0; at < packed.body.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            Bytes body = packed.body;
            body[at] = static_cast<std::uint8_t>(body[at] ^ (1 << bit));
            CAPTURE(at);
            if (!unpacker.open(packed.header, body)) {
                REQUIRE_FALSE(unpacker.next());
                continue;
            }
            std::uint64_t count = 0;
            while (const auto block = unpacker.next()) count += block->header.count;
            REQUIRE(count == 6);
        }
    }
}

TEST_CASE("a packed body that is cut at any byte, or longer than it says, gives nothing") {
    const Packed packed = three_blocks();
    FrameUnpacker unpacker;
    for (std::size_t length = 0; length < packed.body.size(); ++length) {
        CAPTURE(length);
        REQUIRE_FALSE(unpacker.open(packed.header, std::span(packed.body).first(length)));
    }
    Bytes longer = packed.body;
    longer.push_back(0);
    CHECK_FALSE(unpacker.open(packed.header, longer));
}

TEST_CASE("content is what FORMAT.md says, or nothing of it is believed") {
    FrameUnpacker unpacker;
    const auto opens_as = [&](std::uint64_t count, const Bytes& content) {
        return opens(unpacker, count, static_cast<std::uint32_t>(content.size()), raw_zstd(content));
    };
    REQUIRE(opens_as(1, piece(1, 0, 8, 8)));
    CHECK_FALSE(opens_as(2, piece(1, 0, 8, 8)));  // fewer frames than the header promises
    CHECK_FALSE(opens_as(1, piece(2, 0, 8, 8)));
    CHECK_FALSE(opens_as(0, piece(0, 0, 8, 8)));
    CHECK_FALSE(opens_as(1, piece(1, 1'000'000'000, 8, 8)));
    CHECK_FALSE(opens_as(1, piece(1, 0, 9, 8)));  // the body is not all there
    CHECK_FALSE(opens_as(1, piece(1, 0, 7, 8)));  // a byte is left over
    CHECK_FALSE(opens_as(1, piece(1, 0, ~0u, 8)));
    CHECK_FALSE(opens_as(1, {}));
    const Bytes content = piece(1, 0, 8, 8);
    CHECK_FALSE(opens(unpacker, 1, 27, raw_zstd(content)));
    CHECK_FALSE(opens(unpacker, 1, 29, raw_zstd(content)));
    CHECK_FALSE(opens(unpacker, 1, 28, {}));
    CHECK_FALSE(opens(unpacker, 1, 28, Bytes(28)));
}

TEST_CASE("content that would be longer than a body may be is refused before it is unpacked") {
    FrameUnpacker unpacker;
    const auto limit = static_cast<std::uint32_t>(max_block_body_bytes);
    Bytes content = piece(1, 0, limit - 20, limit - 20);
    REQUIRE(opens(unpacker, 1, limit, raw_zstd(content)));
    CHECK(unpacker.content_bytes() == limit);
    content = piece(1, 0, limit - 19, limit - 19);
    CHECK_FALSE(opens(unpacker, 1, limit + 1, raw_zstd(content)));
    CHECK_FALSE(opens(unpacker, 1, ~0u, raw_zstd(content)));
    CHECK_FALSE(opens(unpacker, 1, 100, raw_zstd(content)));
    CHECK(unpacker.content_bytes() <= limit);
}

}  // namespace tapferry
