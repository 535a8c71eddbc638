#include <doctest/doctest.h>

#include <atomic>
#include <random>

#include "agent/spool/compaction.h"
#include "agent/spool/little_endian.h"
#include "agent/spool/packed_frames.h"
#include "tests/spool/compaction_fixture.h"

namespace tapferry {

TEST_CASE("a log is read the same from every position before and after its segments are compressed") {
    Log log;
    std::vector<std::string> before;
    for (Position at = first_position; at <= log.spool().end(); at = at + 1)
        before.push_back(reading(log.directory(), at));
    REQUIRE(before[0].find("gap 3-6 power") != std::string::npos);
    REQUIRE(before[0].find("time 1009") != std::string::npos);
    REQUIRE(before[0].find("unbound") != std::string::npos);
    REQUIRE(before[0].find("notice 27 why") != std::string::npos);
    REQUIRE(before[0].find('!') == std::string::npos);
    const std::uint64_t bytes = log.spool().bytes();
    CHECK(compress(log.spool()) == 2);
    CHECK(log.spool().bytes() < bytes);
    for (Position at = first_position; at <= log.spool().end(); at = at + 1) {
        CAPTURE(number(at));
        CHECK(reading(log.directory(), at) == before[distance(first_position, at)]);
    }
    CHECK(compress(log.spool()) == 0);
    CHECK_FALSE(leftovers(log.directory()));
}

TEST_CASE("any log is read the same before and after, from its beginning and by a reader that goes back") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
        const TemporaryFolder folder;
        SpoolOptions options = small_spool(folder, 20'000 + below(400'000));
        std::optional<Spool> spool;
        for (int run = 0; run < 3; ++run) {
            const Position highest = spool ? spool->end() + below(3) : first_position;
            spool.reset();
            spool.emplace(options, posix_disk(), highest);
            for (std::uint32_t i = 0; i < 10 + below(100); ++i) {
                if (below(5) == 0) spool->open_stream(below(4), "input" + std::to_string(below(9)), "p");
                if (below(6) == 0) REQUIRE(append_time(*spool, 1000 + below(500)));
                std::vector<std::size_t> sizes(1 + below(30));
                for (std::size_t& size : sizes) size = below(200);
                if (below(40) == 0) sizes = {400'000 + below(1000)};
                append_at(*spool, 1000 + below(500), sizes, below(4));
            }
        }
        const std::string before = reading(options.directory);
        SpoolReader reader(options.directory, posix_disk(), first_position);
        for (std::uint32_t i = 0; i < below(50); ++i) static_cast<void>(reader.next());
        REQUIRE(compress(*spool) > 0);
        REQUIRE(reading(options.directory) == before);
        const Account rest = read_all(reader);
        REQUIRE(rest.contiguous);
        REQUIRE(rest.wrong == 0);
        for (int i = 0; i < 20; ++i) {
            const Position to = first_position + below(static_cast<std::uint32_t>(number(spool->end())));
            reader.seek(to);
            const auto reads = below(10);
            Position expected = to;
            for (std::uint32_t n = 0; n < reads; ++n) {
                const SpoolRead read = reader.next();
                if (const auto* block = std::get_if<SpoolBlock>(&read)) {
                    REQUIRE(block->frames.front().position == expected);
                    for (const auto& frame : block->frames) REQUIRE(is_numbered_frame(frame));
                }
                expected = reader.position();
            }
        }
    }
}

TEST_CASE(
    "any one wrong byte of a compressed segment costs its block at most, and every number is accounted for") {
    PackedSegment log;
    log.compress_and_keep();
    for (const int change : {0x01, 0x80, 0xff}) {
        for (std::size_t offset = 0; offset < log.bytes.size(); ++offset) {
            CAPTURE(offset);
            Bytes bytes = log.bytes;
            bytes[offset] = static_cast<std::uint8_t>(bytes[offset] ^ change);
            write_file(log.file, bytes);
            const Account account = read_all(log.directory());
            INFO(account.text);
            REQUIRE(account.contiguous);
            REQUIRE(account.wrong == 0);
            REQUIRE(account.frames + account.lost == number(log.end) - 1);
            REQUIRE(account.lost <= 30);  // a time block ends a packed one: there are four of ten blocks each
        }
    }
}

TEST_CASE("a segment that is unlinked while it is rewritten stays gone") {
    PackedSegment log;
    Spool spool(log.spool_options, posix_disk());
    const SealedSegment segment = spool.sealed().at(0);
    const RewriteOutcome outcome = rewrite_segment(log.directory(), segment, posix_disk(), not_stopped);
    REQUIRE(outcome.result == Rewriting::written);
    spool.trim(spool.end());
    const std::uint64_t bytes = spool.bytes();
    CHECK(spool.replace(segment.name, rewritten_path(log.directory(), segment.name), outcome.bytes) ==
          ENOENT);
    CHECK(spool.bytes() == bytes);
    CHECK(spool.begin() == spool.end());
    CHECK_FALSE(std::filesystem::exists(log.directory() / file_name(segment.name)));
}

TEST_CASE("a reader that has the old file open reads it to its end, and back") {
    PackedSegment log;
    Spool spool(log.spool_options, posix_disk());
    SpoolReader reader(log.directory(), posix_disk(), first_position);
    REQUIRE(std::holds_alternative<SpoolBlock>(reader.next()));
    REQUIRE(compress(spool) == 1);
    CHECK(read_all(reader).frames == number(log.end) - 4);
    reader.seek(Position{2});
    const Account account = read_all(reader);
    CHECK(account.frames == number(log.end) - 2);
    CHECK(account.wrong == 0);
}

TEST_CASE("what is dropped is lost to a route, though its reader has unpacked it") {
    PackedSegment log;
    Spool spool(log.spool_options, posix_disk());
    REQUIRE(compress(spool) == 1);
    SpoolReader reader = spool.reader(first_position);
    REQUIRE(std::holds_alternative<SpoolBlock>(reader.next()));
    const Position here = reader.position();
    spool.trim(spool.end());
    const Account account = read_all(reader);
    CHECK(account.frames == 0);
    CHECK(account.lost == distance(here, log.end));
    CHECK(account.text.ends_with("(retention)"));
}

TEST_CASE("a torn tail behind the last number is left out") {
    PackedSegment log;
    const auto file = segment_files(log.directory()).at(0);
    Bytes bytes = read_file(file);
    bytes.resize(bytes.size() - 20);  // a part of the seal
    write_file(file, bytes);
    const std::string before = reading(log.directory());
    Spool spool(log.spool_options, posix_disk());
    CHECK(compress(spool) == 1);
    CHECK(reading(log.directory()) == before);
}

TEST_CASE("what a later version wrote is carried over as it is") {
    PackedSegment log;
    const auto file = segment_files(log.directory()).at(0);
    Bytes bytes = read_file(file);
    // A block of an unknown type in place of the seal.
    const std::size_t at = bytes.size() - block_header_bytes;
    const auto incarnation = load_le<std::uint64_t>(&bytes[8]);
    const Bytes body{1, 2, 3};
    BlockHeader header = header_for(BlockType{200}, body);
    header.incarnation = incarnation;
    header.base = log.end;
    header.received = {77, 7};
    header.count = 2;
    const BlockHeaderBytes encoded = encode_header(header);
    bytes.resize(at);
    bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    bytes.insert(bytes.end(), body.begin(), body.end());
    const Bytes block(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
    write_file(file, bytes);
    Spool spool(log.spool_options, posix_disk());
    REQUIRE(spool.end() == log.end + 2);
    REQUIRE(compress(spool) == 1);
    const Bytes rewritten = read_file(file);
    CHECK(Bytes(rewritten.end() - static_cast<std::ptrdiff_t>(block.size()), rewritten.end()) == block);
}

TEST_CASE("a file called as a rewritten segment is removed at the opening, and no other file is") {
    PackedSegment log;
    const auto name = segment_files(log.directory()).at(0).filename().string();
    write_file(log.directory() / (name + ".new"), Bytes(100, 1));
    write_file(log.directory() / "notes.new", Bytes(100, 1));
    write_file(log.directory() / ".new", Bytes(100, 1));
    const Spool spool(log.spool_options, posix_disk());
    CHECK_FALSE(std::filesystem::exists(log.directory() / (name + ".new")));
    CHECK(std::filesystem::exists(log.directory() / "notes.new"));
    CHECK(std::filesystem::exists(log.directory() / ".new"));
}

TEST_CASE("rewriting that is asked to stop leaves nothing behind") {
    PackedSegment log;
    Spool spool(log.spool_options, posix_disk());
    const std::atomic<bool> stopped{true};
    CHECK(rewrite_segment(log.directory(), spool.sealed().at(0), posix_disk(), stopped).result ==
          Rewriting::stopped);
    CHECK_FALSE(leftovers(log.directory()));
}

}  // namespace tapferry
