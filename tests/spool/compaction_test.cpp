#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <random>

#include "agent/spool/compaction.h"
#include "agent/spool/little_endian.h"
#include "agent/spool/packed_frames.h"
#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

const std::atomic<bool> not_stopped{false};

// Everything that a reader gives from a position on, in words.
std::string reading(const std::filesystem::path& directory, Position from = first_position) {
    SpoolReader reader(directory, posix_disk(), from);
    std::string text;
    for (;;) {
        const SpoolRead read = reader.next();
        if (std::holds_alternative<SpoolEnd>(read)) return text;
        if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            text += "gap " + std::to_string(number(gap->from)) + "-" + std::to_string(number(gap->to)) + " " +
                    std::string(loss_reason_name(gap->reason)) + "\n";
        } else if (const auto* time = std::get_if<SpoolTime>(&read)) {
            text += "time " + std::to_string(time->received.seconds) + "\n";
        } else {
            const auto& block = std::get<SpoolBlock>(read);
            text += "block " + std::to_string(block.incarnation) + " " +
                    std::to_string(block.received.seconds) + "." + std::to_string(block.received.nanoseconds);
            for (const SpoolFrame& frame : block.frames) {
                text += " " + std::to_string(number(frame.position)) + std::string(frame.input) + ":" +
                        std::to_string(frame.bytes.size()) + (is_numbered_frame(frame) ? "" : "!");
            }
            text += "\n";
        }
    }
}

// Rewrites each sealed segment and puts it into its place; returns how many.
int compress(Spool& spool, Disk& disk = posix_disk()) {
    int compressed = 0;
    for (const SealedSegment& segment : spool.sealed()) {
        const RewriteOutcome outcome = rewrite_segment(spool.directory(), segment, disk, not_stopped);
        if (outcome.result != Rewriting::written) continue;
        REQUIRE(outcome.bytes == std::filesystem::file_size(rewritten_path(spool.directory(), segment.name)));
        if (spool.replace(segment.name, rewritten_path(spool.directory(), segment.name), outcome.bytes) == 0)
            ++compressed;
    }
    return compressed;
}

bool leftovers(const std::filesystem::path& directory) {
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().extension() == ".new") return true;
    return false;
}

void append_at(Spool& spool, std::int64_t seconds, const std::vector<std::size_t>& sizes,
               std::uint32_t stream) {
    BlockBuilder block;
    Position position = spool.end();
    for (const std::size_t size : sizes) {
        block.add(stream, numbered_frame(position, size));
        position = position + 1;
    }
    REQUIRE(spool.append(block, {seconds, static_cast<std::uint32_t>(sizes.size())}).appended);
}

// Two segments with blocks of every type, and an active one; 60 frames.
class Log {
  public:
    Log() {
        {
            Spool before(small_spool(folder_), posix_disk());
            append_at(before, 5, {200, 200}, 9);
        }
        open(Position{6});  // 3 to 5 are lost to power
        spool().open_stream(1, "bind", "p");
        for (int i = 0; i < 10; ++i) {
            append_at(spool(), 1000 + i, {300, 400, 0}, i % 2 == 0 ? 1u : 2u);
            if (i % 3 == 0) REQUIRE(append_time(spool(), 1000 + i));
            if (i == 4) spool().open_stream(2, "unbound", "q");
        }
        open(first_position);
        for (int i = 0; i < 25; ++i) append_at(spool(), 2000 - i, {500}, 1);
    }
    void open(Position highest) {
        spool_.reset();
        spool_.emplace(small_spool(folder_), posix_disk(), highest);
    }
    [[nodiscard]] Spool& spool() { return *spool_; }
    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "spool"; }

  private:
    TemporaryFolder folder_;
    std::optional<Spool> spool_;
};

// A log of one segment of several packed blocks, in which a test may change any byte.
class PackedSegment {
  public:
    PackedSegment() {
        Spool spool(small_spool(folder_), posix_disk());
        spool.open_stream(1, "bind", "p");
        for (int i = 0; i < 40; ++i) {
            append_at(spool, 1000 + i, {300, 30, 20}, 1);
            if (i % 10 == 9) REQUIRE(append_time(spool, 1100 + i));
        }
        end = spool.end();
        spool_options = small_spool(folder_);
        spool_options.segment_age = std::chrono::milliseconds(0);
    }
    void compress_and_keep() {
        Spool spool(spool_options, posix_disk());
        REQUIRE(compress(spool) == 1);
        file = segment_files(directory()).at(0);
        bytes = read_file(file);
    }
    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "spool"; }

    SpoolOptions spool_options;
    Position end{};
    std::filesystem::path file;
    Bytes bytes;

  private:
    TemporaryFolder folder_;
};

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

TEST_CASE("a log is read the same from every position before and after its segments are compressed") {
    Log log;
    std::vector<std::string> before;
    for (Position at = first_position; at <= log.spool().end(); at = at + 1)
        before.push_back(reading(log.directory(), at));
    REQUIRE(before[0].find("gap 3-6 power") != std::string::npos);
    REQUIRE(before[0].find("time 1009") != std::string::npos);
    REQUIRE(before[0].find("unbound") != std::string::npos);
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
