#include <doctest/doctest.h>

#include <array>
#include <functional>

#include "agent/spool/block_format.h"
#include "agent/spool/little_endian.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

// Twelve frames in six blocks in three segments, the last one not sealed, as an agent leaves them that was
// killed.
class ThreeSegments {
  public:
    // With times: a time block behind each block of frames, and two behind the last.
    explicit ThreeSegments(bool with_times = false) {
        {
            Spool spool(small_spool(folder_, with_times ? 430 : 300), posix_disk());
            spool.open_stream(1, "bind", "p");
            for (int block = 0; block < 6; ++block) {
                REQUIRE(append_frames(spool, {20, 21}).appended);
                if (with_times) REQUIRE(append_time(spool, 1'700'000'001 + block));
            }
            if (with_times) REQUIRE(append_time(spool, 1'700'000'010));
            files = segment_files(directory());
            for (const auto& file : files) contents.push_back(read_file(file));
        }
        REQUIRE(files.size() == 3);
        restore();
    }

    [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "spool"; }

    // Puts everything back, as it was before anything was damaged or appended.
    void restore() {
        for (const auto& file : segment_files(directory())) std::filesystem::remove(file);
        for (std::size_t i = 0; i < files.size(); ++i) write_file(files[i], contents[i]);
    }

    std::vector<std::filesystem::path> files;
    std::vector<Bytes> contents;

  private:
    TemporaryFolder folder_;
};

constexpr Position log_end{13};

// Reads the log, then opens it, appends a frame and reads again: no wrong frame, every number accounted for
// once. Returns how many frames were lost.
std::uint64_t lost_with(ThreeSegments& log, std::size_t segment, const Bytes& damaged) {
    write_file(log.files[segment], damaged);
    SpoolReader reader(log.directory(), posix_disk(), first_position);
    const Account before = read_all(reader);
    REQUIRE(before.contiguous);
    REQUIRE(before.wrong == 0);
    REQUIRE(before.frames + before.lost == number(reader.position()) - 1);

    SpoolOptions options;
    options.directory = log.directory();
    std::uint64_t lost = 0;
    {
        Spool spool(options, posix_disk(), log_end);
        REQUIRE(spool.end() == log_end);
        REQUIRE(append_frames(spool, {30}).appended);
        const Account after = read_all(log.directory());
        INFO(after.text);
        REQUIRE(after.contiguous);
        REQUIRE(after.wrong == 0);
        REQUIRE(after.frames + after.lost == number(spool.end()) - 1);
        // The reader that was there already goes on to the same place.
        const Account rest = read_all(reader);
        REQUIRE(rest.contiguous);
        REQUIRE(rest.wrong == 0);
        REQUIRE(before.frames + rest.frames == after.frames);
        lost = after.lost;
    }
    log.restore();
    return lost;
}

// As lost_with(), for each offset of each segment.
void at_every_offset(const std::function<void(Bytes&, std::size_t)>& damage, std::uint64_t at_most_lost,
                     bool with_times) {
    ThreeSegments log(with_times);
    for (std::size_t segment = 0; segment < 3; ++segment) {
        for (std::size_t offset = 0; offset < log.contents[segment].size(); ++offset) {
            Bytes bytes = log.contents[segment];
            damage(bytes, offset);
            CAPTURE(segment);
            CAPTURE(offset);
            REQUIRE(lost_with(log, segment, bytes) <= at_most_lost);
        }
    }
}

void at_every_offset(const std::function<void(Bytes&, std::size_t)>& damage, std::uint64_t at_most_lost) {
    at_every_offset(damage, at_most_lost, false);
    at_every_offset(damage, at_most_lost, true);
}

}  // namespace

TEST_CASE("any one wrong byte costs the frames of its block at most") {
    for (const std::uint8_t change : std::array<std::uint8_t, 4>{0x01, 0x80, 0xff, 0x55}) {
        at_every_offset([=](Bytes& bytes, std::size_t offset) { bytes[offset] ^= change; }, 2);
    }
}

TEST_CASE("a segment cut at any byte costs its own frames at most") {
    at_every_offset([](Bytes& bytes, std::size_t offset) { bytes.resize(offset); }, 4);
}

TEST_CASE("a segment that is zeros from any byte on costs its own frames at most") {
    at_every_offset(
        [](Bytes& bytes, std::size_t offset) {
            std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(offset), bytes.end(), std::uint8_t{0});
        },
        4);
}

TEST_CASE("zeros behind a segment that was cut at any byte cost its own frames at most") {
    at_every_offset(
        [](Bytes& bytes, std::size_t offset) {
            bytes.resize(offset);
            bytes.resize(offset + 5000);
        },
        4);
}

TEST_CASE(
    "old bytes of the same segment from any byte on cost its own frames at most, and are not read twice") {
    at_every_offset(
        [](Bytes& bytes, std::size_t offset) {
            const Bytes old = bytes;
            bytes.resize(offset);
            bytes.insert(bytes.end(), old.begin(), old.end());
        },
        4);
}

TEST_CASE("a lost sector at any byte costs the blocks that it touches") {
    at_every_offset(
        [](Bytes& bytes, std::size_t offset) {
            for (std::size_t i = offset; i < std::min(offset + 64, bytes.size()); ++i) bytes[i] = 0;
        },
        4);
}

TEST_CASE("a torn tail is not damage") {
    ThreeSegments log;
    Bytes torn = log.contents[2];
    torn.resize(torn.size() - 10);
    write_file(log.files[2], torn);
    CHECK(read_all(log.directory()).text == "1-2 3-4 5-6 7-8 9-10");
    SpoolOptions options;
    options.directory = log.directory();
    Spool spool(options, posix_disk());
    CHECK(spool.end() == Position{11});
    REQUIRE(append_frames(spool, {5}).appended);
    CHECK(read_all(log.directory()).text == "1-2 3-4 5-6 7-8 9-10 11-11");
}

TEST_CASE("a bad body costs exactly its own frames, told as damage") {
    ThreeSegments log;
    Bytes bytes = log.contents[1];
    bytes[bytes.size() - block_header_bytes - 1] ^= 1;  // the last byte before the seal
    write_file(log.files[1], bytes);
    CHECK(read_all(log.directory()).text == "1-2 3-4 5-6 7-8(damage) 9-10 11-12");
}

TEST_CASE("a bad header costs exactly its own frames, counted from the numbers around it") {
    ThreeSegments log;
    Bytes bytes = log.contents[1];
    const std::size_t block_bytes = block_header_bytes + 2 * frame_prefix_bytes + 41;
    bytes[bytes.size() - block_header_bytes - 2 * block_bytes + 9] ^= 1;
    write_file(log.files[1], bytes);
    CHECK(read_all(log.directory()).text == "1-2 3-4 5-6(damage) 7-8 9-10 11-12");
}

TEST_CASE("damage at the end of the newest segment is told when what follows shows how much it was") {
    ThreeSegments log;
    Bytes bytes = log.contents[2];
    bytes.back() ^= 1;
    write_file(log.files[2], bytes);
    SpoolReader reader(log.directory(), posix_disk(), Position{9});
    CHECK(read_all(reader).text == "9-10");
    CHECK(read_all(reader).text.empty());
    SpoolOptions options;
    options.directory = log.directory();
    Spool spool(options, posix_disk());
    CHECK(spool.end() == log_end);
    REQUIRE(append_frames(spool, {5}).appended);
    CHECK(read_all(reader).text == "11-12(damage) 13-13");
}

TEST_CASE("a block that is still being written is the end, and is read when it is whole") {
    ThreeSegments log;
    const Bytes whole = log.contents[2];
    const std::size_t end = whole.size();
    const std::size_t begin = end - (block_header_bytes + 2 * frame_prefix_bytes + 41);
    for (std::size_t written = begin; written < end; ++written) {
        Bytes bytes = whole;
        bytes.resize(written);
        write_file(log.files[2], bytes);
        SpoolReader reader(log.directory(), posix_disk(), Position{9});
        REQUIRE(read_all(reader).text == "9-10");
        // As long as it should be, and not yet with all its bytes.
        bytes.resize(end, 0xee);
        write_file(log.files[2], bytes);
        REQUIRE(read_all(reader).text.empty());
        write_file(log.files[2], whole);
        REQUIRE(read_all(reader).text == "11-12");
    }
}

TEST_CASE("a block header inside a frame is not believed when the header in front of the frame is lost") {
    const TemporaryFolder folder;
    {
        Spool spool(small_spool(folder), posix_disk());
        BlockHeader forged = header_for(BlockType::gap, {});
        forged.incarnation = spool.incarnation() ^ 1;
        forged.base = Position{5};
        forged.count = 1'000'000;
        BlockBuilder block;
        block.add(1, encode_header(forged));
        REQUIRE(spool.append(block, {}).appended);
        REQUIRE(append_frames(spool, {10}).appended);
    }
    const auto file = segment_files(folder.path() / "spool").at(0);
    Bytes bytes = read_file(file);
    bytes[8] ^= 1;
    write_file(file, bytes);
    CHECK(read_all(folder.path() / "spool").text == "1-1(damage) 2-2");
}

TEST_CASE("a body that its checksum confirms and whose frames do not fit is damage") {
    const TemporaryFolder folder;
    {
        Spool spool(small_spool(folder), posix_disk());
        REQUIRE(append_frames(spool, {10}).appended);
        REQUIRE(append_frames(spool, {10}).appended);
    }
    const auto file = segment_files(folder.path() / "spool").at(0);
    Bytes bytes = read_file(file);
    const std::uint64_t incarnation = load_le<std::uint64_t>(&bytes[8]);
    const auto original = decode_header(std::span(bytes).first<block_header_bytes>(), incarnation);
    REQUIRE(original);
    for (const std::uint32_t length : {0u, 9u, 11u, ~0u}) {
        store_le(&bytes[block_header_bytes + 4], length);
        BlockHeader header = header_for(BlockType::frames, std::span(bytes).subspan(block_header_bytes, 18));
        header.incarnation = incarnation;
        header.base = original->base;
        header.count = 1;
        const BlockHeaderBytes encoded = encode_header(header);
        std::copy(encoded.begin(), encoded.end(), bytes.begin());
        write_file(file, bytes);
        CHECK(read_all(folder.path() / "spool").text == "1-1(damage) 2-2");
    }
}

TEST_CASE("empty and all-zero segments are normal after a crash") {
    ThreeSegments log;
    write_file(log.directory() / "000000000000000d-0000000000000001.segment", {});
    write_file(log.directory() / "000000000000000d-ffffffffffffffff.segment", Bytes(8192));
    const std::string all = "1-2 3-4 5-6 7-8 9-10 11-12";
    CHECK(read_all(log.directory()).text == all);
    SpoolOptions options;
    options.directory = log.directory();
    Spool spool(options, posix_disk());
    CHECK(spool.end() == log_end);
    SpoolReader reader(log.directory(), posix_disk(), log_end);
    CHECK(read_all(reader).text.empty());
    REQUIRE(append_frames(spool, {5}).appended);
    CHECK(read_all(reader).text == "13-13");
    CHECK(read_all(log.directory()).text == all + " 13-13");
}

TEST_CASE("a time block that is lost or torn is nothing lost") {
    ThreeSegments log(true);
    const std::string all = "1-2 3-4 5-6 7-8 9-10 11-12";
    CHECK(read_all(log.directory()).text == all);
    CHECK(read_all(log.directory()).times == 7);
    const Bytes whole = log.contents[2];
    for (std::size_t cut = 1; cut < 2 * block_header_bytes; ++cut) {
        write_file(log.files[2], Bytes(whole.begin(), whole.end() - static_cast<std::ptrdiff_t>(cut)));
        const Account account = read_all(log.directory());
        REQUIRE(account.text == all);
        REQUIRE(account.times < 7);
    }
    Bytes bytes = whole;
    bytes[bytes.size() - 2 * block_header_bytes + 24] ^= 1;
    write_file(log.files[2], bytes);
    CHECK(read_all(log.directory()).text == all);
    CHECK(read_all(log.directory()).times == 6);
}

}  // namespace tapferry
