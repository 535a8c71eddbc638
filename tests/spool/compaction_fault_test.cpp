#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <functional>

#include "agent/spool/compaction.h"
#include "agent/spool/little_endian.h"
#include "agent/spool/packed_frames.h"
#include "tests/spool/compaction_fixture.h"
#include "tests/spool/faulty_disk.h"

namespace tapferry {
namespace {

// How many calls of the disk a rewriting takes that nothing disturbs.
std::uint64_t calls_of_a_rewriting() {
    const PackedSegment log;
    FaultyDisk disk;
    Spool spool(log.spool_options, disk);
    disk.calls = 0;
    REQUIRE(compress(spool, disk) == 1);
    REQUIRE(disk.calls > 15);
    return disk.calls;
}

}  // namespace

TEST_CASE("a compressed segment that is cut at any byte counts exactly what is missing") {
    PackedSegment log;
    log.compress_and_keep();
    for (std::size_t length = 0; length < log.bytes.size(); ++length) {
        CAPTURE(length);
        Bytes bytes = log.bytes;
        bytes.resize(length);
        write_file(log.file, bytes);
        const Account account = read_all(log.directory());
        REQUIRE(account.contiguous);
        REQUIRE(account.wrong == 0);
        REQUIRE(account.frames + account.lost == number(log.end) - 1);
    }
}

TEST_CASE("a packed block whose checksum is right and whose content is not is damage of exactly its frames") {
    PackedSegment log;
    log.compress_and_keep();
    const auto incarnation = load_le<std::uint64_t>(&log.bytes[8]);
    std::size_t at = 0;
    std::optional<BlockHeader> header;
    for (;;) {
        header = decode_header(std::span(log.bytes).subspan(at).first<block_header_bytes>(), incarnation);
        REQUIRE(header);
        if (header->type == BlockType::zstd) break;
        at += header->whole_length();
    }
    const auto lost_with = [&](const std::function<void(std::span<std::uint8_t>)>& change) {
        Bytes bytes = log.bytes;
        const auto body = std::span(bytes).subspan(at + block_header_bytes, header->length);
        change(body);
        BlockHeader changed = header_for(BlockType::zstd, body);
        changed.incarnation = incarnation;
        changed.base = header->base;
        changed.received = header->received;
        changed.count = header->count;
        const BlockHeaderBytes encoded = encode_header(changed);
        std::copy(encoded.begin(), encoded.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
        write_file(log.file, bytes);
        const Account account = read_all(log.directory());
        REQUIRE(account.contiguous);
        REQUIRE(account.frames + account.lost == number(log.end) - 1);
        return account.lost;
    };
    CHECK(lost_with([](auto) {}) == 0);
    CHECK(lost_with([](auto body) { store_le(body.data(), ~0u); }) == header->count);
    CHECK(lost_with([](auto body) { store_le(body.data(), 1u); }) == header->count);
    CHECK(lost_with([](auto body) { std::ranges::fill(body, std::uint8_t{0}); }) == header->count);
    CHECK(lost_with([](auto body) { body[body.size() / 2] ^= 0x55; }) <= header->count);
}

TEST_CASE("whichever call of the disk is the last before a crash, the old segment or the new one is whole") {
    const std::uint64_t calls = calls_of_a_rewriting();
    for (std::uint64_t n = 1; n <= calls; ++n) {
        CAPTURE(n);
        PackedSegment log;
        const std::string before = reading(log.directory());
        {
            FaultyDisk disk;
            std::optional<Spool> spool(std::in_place, log.spool_options, disk);
            disk.calls = 0;
            disk.error = EIO;
            disk.fails_from = n;
            compress(*spool, disk);
            disk.fails_from = std::min(disk.fails_from, disk.calls + 1);
        }
        REQUIRE(reading(log.directory()) == before);
        const Spool spool(log.spool_options, posix_disk());
        REQUIRE(reading(log.directory()) == before);
        REQUIRE_FALSE(leftovers(log.directory()));
    }
}

TEST_CASE("whichever call of the disk fails once, the log is read as before and goes on") {
    const std::uint64_t calls = calls_of_a_rewriting();
    for (const int error : {EIO, ENOSPC, EROFS, EMFILE}) {
        for (std::uint64_t n = 1; n <= calls; ++n) {
            CAPTURE(error);
            CAPTURE(n);
            PackedSegment log;
            const std::string before = reading(log.directory());
            FaultyDisk disk;
            Spool spool(log.spool_options, disk);
            disk.calls = 0;
            disk.error = error;
            disk.failing_calls = {n};
            compress(spool, disk);
            disk.failing_calls.clear();
            REQUIRE(reading(log.directory()) == before);
            std::uint64_t bytes = 0;
            for (const auto& file : segment_files(log.directory())) bytes += std::filesystem::file_size(file);
            REQUIRE(spool.bytes() == bytes);
            compress(spool, disk);
            REQUIRE(spool.sealed().at(0).bytes < log.bytes.size() + 10'000);
            REQUIRE(reading(log.directory()) == before);
            append_at(spool, 1, {5}, 1);
            REQUIRE(read_all(log.directory()).frames == number(spool.end()) - 1);
        }
    }
}

TEST_CASE("a segment with any damage stays as it is, byte for byte") {
    PackedSegment log;
    const auto file = segment_files(log.directory()).at(0);
    const Bytes whole = read_file(file);
    for (std::size_t offset = 0; offset < whole.size(); offset += 37) {
        CAPTURE(offset);
        Bytes bytes = whole;
        bytes[offset] ^= 0x10;
        write_file(file, bytes);
        const std::string before = reading(log.directory());
        {
            Spool spool(log.spool_options, posix_disk());
            compress(spool);
            // Of a seal or a time nothing is missed.
            if (read_file(file) != bytes) REQUIRE(before.find("gap") == std::string::npos);
            REQUIRE(reading(log.directory()) == before);
        }
        for (const auto& other : segment_files(log.directory()))
            if (other != file) std::filesystem::remove(other);
    }
}

TEST_CASE("a segment whose last numbers are missing stays as it is") {
    PackedSegment log;
    const auto file = segment_files(log.directory()).at(0);
    { const Spool spool(log.spool_options, posix_disk()); }
    Bytes bytes = read_file(file);
    bytes.resize(bytes.size() * 2 / 3);
    write_file(file, bytes);
    Spool spool(log.spool_options, posix_disk());
    CHECK(compress(spool) == 0);
    CHECK(read_file(file) == bytes);
}

}  // namespace tapferry
