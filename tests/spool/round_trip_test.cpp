#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <random>

#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

constexpr std::size_t largest_frame = 1 << 20;

unsigned mode_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777u;
}

}  // namespace

TEST_CASE("what is appended is read, in order, with its input, time and incarnation") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    spool.open_stream(7, "bind", "unix:pid=12");
    spool.open_stream(8, "unbound", "");
    BlockBuilder block;
    block.add(7, numbered_frame(first_position, 100));
    block.add(8, numbered_frame(first_position + 1, 0));
    block.add(9, numbered_frame(first_position + 2, 1));
    REQUIRE(spool.append(block, Timestamp{-5, 999'999'999}).appended);

    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    const SpoolRead read = reader.next();
    const auto& got = std::get<SpoolBlock>(read);
    CHECK(got.incarnation == spool.incarnation());
    CHECK(got.received == Timestamp{-5, 999'999'999});
    REQUIRE(got.frames.size() == 3);
    CHECK(got.frames[0].input == "bind");
    CHECK(got.frames[1].input == "unbound");
    CHECK(got.frames[2].input.empty());
    CHECK(got.frames[0].position == first_position);
    CHECK(got.frames[1].bytes.empty());
    CHECK(is_numbered_frame(got.frames[0]));
    CHECK(is_numbered_frame(got.frames[2]));
    CHECK(std::holds_alternative<SpoolEnd>(reader.next()));
    CHECK(reader.position() == first_position + 3);
}

TEST_CASE("frames of every size from 1 B to 1 MiB come back whole") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 4 << 20), posix_disk());
    std::mt19937_64 random(2);
    std::uint64_t appended = 0;
    const auto append_size = [&](std::size_t size) {
        REQUIRE(append_frames(spool, {size}).appended);
        ++appended;
    };
    for (const std::size_t size : {1ul, 2ul, 65'527ul, 65'528ul, 65'529ul, 65'536ul, largest_frame})
        append_size(size);
    std::uniform_real_distribution<double> exponent(0, 20);
    for (int i = 0; i < 200; ++i) append_size(static_cast<std::size_t>(std::exp2(exponent(random))));
    const Account account = read_all(folder.path() / "spool");
    CHECK(account.frames == appended);
    CHECK(account.wrong == 0);
    CHECK(account.lost == 0);
    CHECK(account.contiguous);
    CHECK(segment_files(folder.path() / "spool").size() > 3);
}

TEST_CASE("a block takes frames up to 64 KiB, or one larger frame alone") {
    BlockBuilder block;
    CHECK(block.has_room(largest_frame));
    block.add(1, Bytes(largest_frame));
    CHECK_FALSE(block.has_room(0));
    block.clear();
    block.add(1, Bytes(block_body_bytes - 8 - 8));
    CHECK(block.has_room(0));
    CHECK_FALSE(block.has_room(1));
    CHECK_FALSE(block.has_room(~std::size_t{0}));
}

TEST_CASE("a reader that begins in a block's middle gets the frames from there on") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    REQUIRE(append_frames(spool, {10, 10, 10}).appended);
    REQUIRE(append_frames(spool, {10, 10}).appended);
    CHECK(read_all(folder.path() / "spool", Position{2}).text == "2-3 4-5");
    CHECK(read_all(folder.path() / "spool", Position{5}).text == "5-5");
    CHECK(read_all(folder.path() / "spool", Position{6}).text.empty());
}

TEST_CASE("a reader waits at the end and goes on when more comes, over segments too") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 350), posix_disk());
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(read_all(reader).text.empty());
    for (std::uint64_t i = 1; i <= 20; ++i) {
        REQUIRE(append_frames(spool, {100}).appended);
        CHECK(read_all(reader).text == std::to_string(i) + "-" + std::to_string(i));
    }
    CHECK(segment_files(folder.path() / "spool").size() == 10);
}

TEST_CASE("a reader goes back and reads the same again") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 1 << 20), posix_disk());
    for (int i = 0; i < 400; ++i) REQUIRE(append_frames(spool, {4000, 4000, 4000}, 3).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(read_all(reader).frames == 1200);
    std::mt19937 random(3);
    for (int i = 0; i < 100; ++i) {
        const Position to{1 + random() % 1200};
        reader.seek(to);
        CHECK(reader.position() == to);
        const SpoolRead read = reader.next();
        REQUIRE(std::holds_alternative<SpoolBlock>(read));
        const SpoolFrame& frame = std::get<SpoolBlock>(read).frames.front();
        REQUIRE(frame.position == to);
        REQUIRE(is_numbered_frame(frame));
    }
    reader.seek(Position{1100});
    CHECK(read_all(reader).frames == 101);
}

TEST_CASE("every segment names the streams that were open at its start") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 300), posix_disk());
    spool.open_stream(1, "bind", "peer");
    spool.open_stream(2, "closed before the next segment", "");
    REQUIRE(append_frames(spool, {100}, 1).appended);
    REQUIRE(append_frames(spool, {100}, 2).appended);
    spool.close_stream(2);
    REQUIRE(append_frames(spool, {200}, 1).appended);
    REQUIRE(append_frames(spool, {200}, 2).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    std::vector<std::string> inputs;
    for (int i = 0; i < 4; ++i) {
        const SpoolRead read = reader.next();
        inputs.emplace_back(std::get<SpoolBlock>(read).frames.front().input);
    }
    CHECK(inputs == std::vector<std::string>{"bind", "closed before the next segment", "bind", ""});
}

TEST_CASE("names of inputs and peers are cut at 255 bytes") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    spool.open_stream(1, std::string(1000, 'i'), std::string(1000, 'p'));
    REQUIRE(append_frames(spool, {1}).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    const SpoolRead read = reader.next();
    CHECK(std::get<SpoolBlock>(read).frames.front().input == std::string(255, 'i'));
}

TEST_CASE("a second spool on the same directory is refused, and told who has it") {
    const TemporaryFolder folder;
    const SpoolOptions options = small_spool(folder);
    {
        const Spool spool(options, posix_disk());
        std::string told;
        try {
            const Spool second(options, posix_disk());
        } catch (const SpoolError& error) {
            told = error.what();
        }
        CHECK(told.find("in use") != std::string::npos);
        CHECK(told.find(std::to_string(::getpid())) != std::string::npos);
    }
    CHECK_NOTHROW(Spool(options, posix_disk()));
}

TEST_CASE("a directory that cannot be had is an error that names it") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder);
    options.directory = folder.path() / "missing" / "spool";
    CHECK_THROWS_AS(Spool(options, posix_disk()), SpoolError);
    write_file(folder.path() / "file", {1});
    options.directory = folder.path() / "file";
    CHECK_THROWS_AS(Spool(options, posix_disk()), SpoolError);
}

TEST_CASE("only the owner may read the spool") {
    const TemporaryFolder folder;
    const mode_t old_mask = ::umask(0);
    { const Spool spool(small_spool(folder), posix_disk()); }
    ::umask(old_mask);
    CHECK(mode_of(folder.path() / "spool") == 0700);
    CHECK(mode_of(folder.path() / "spool" / "lock") == 0600);
    CHECK(mode_of(segment_files(folder.path() / "spool").at(0)) == 0600);
}

TEST_CASE("files that are no segments are left alone") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "spool");
    for (const char* name :
         {"README", "0000000000000000-0000000000000001.segment", "1-2.segment",
          "000000000000000A-0000000000000001.segment", "8000000000000000-0000000000000001.segment",
          "0000000000000001-0000000000000001.segment~"}) {
        write_file(folder.path() / "spool" / name, {1, 2, 3});
    }
    Spool spool(small_spool(folder), posix_disk());
    CHECK(spool.end() == first_position);
    REQUIRE(append_frames(spool, {10}).appended);
    CHECK(read_all(folder.path() / "spool").text == "1-1");
}

TEST_CASE("the extent of a log is what its files say, while an agent has it open") {
    const TemporaryFolder folder;
    CHECK(spool_extent(folder.path() / "spool", posix_disk()).end == first_position);
    Spool spool(small_spool(folder, 350), posix_disk());
    for (int i = 0; i < 5; ++i) REQUIRE(append_frames(spool, {100}).appended);
    spool.trim(Position{3});
    const SpoolExtent extent = spool_extent(folder.path() / "spool", posix_disk());
    CHECK(extent.begin == Position{3});
    CHECK(extent.begin == spool.begin());
    CHECK(extent.end == Position{6});
    CHECK(extent.end == spool.end());
    CHECK(extent.bytes == spool.bytes());
    CHECK(extent.segments == 2);
}

TEST_CASE("a frame that no block can hold is refused, and takes no number") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    const AppendOutcome outcome = append_frames(spool, {(16u << 20) + 1});
    CHECK_FALSE(outcome.appended);
    CHECK(outcome.error == EMSGSIZE);
    CHECK(spool.end() == first_position);
}

TEST_CASE("a time is read where it stands, once, and takes no number") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    const auto time = [&]() -> std::int64_t {
        const SpoolRead read = reader.next();
        const auto* told = std::get_if<SpoolTime>(&read);
        return told == nullptr ? 0 : told->received.seconds;
    };
    REQUIRE(append_time(spool, 100));
    CHECK(spool.end() == first_position);
    CHECK(time() == 100);
    CHECK(time() == 0);
    REQUIRE(append_frames(spool, {5}).appended);
    REQUIRE(append_time(spool, 200));
    REQUIRE(append_time(spool, 201));
    CHECK(read_all(reader).text == "1-1");
    CHECK(spool.end() == Position{2});
    reader.seek(Position{2});
    CHECK(time() == 200);
    CHECK(time() == 201);
    reader.seek(first_position);
    CHECK(time() == 100);
    CHECK(read_all(reader).times == 2);
}

TEST_CASE("nobody waits for time, and none is written") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder), posix_disk());
    CHECK_FALSE(spool.append_time({100, 0}));
    spool.wait_for_time(true);
    spool.wait_for_time(true);
    spool.wait_for_time(false);
    CHECK(spool.append_time({100, 0}));
    spool.wait_for_time(false);
    CHECK_FALSE(spool.append_time({101, 0}));
    CHECK(read_all(folder.path() / "spool").times == 1);
}

// Segments of one base are read again and again until frames follow.
TEST_CASE("times in segments without frames are told once, over any number of restarts") {
    const TemporaryFolder folder;
    for (std::int64_t start = 0; start < 3; ++start) {
        Spool spool(small_spool(folder), posix_disk());
        REQUIRE(append_time(spool, 100 + start));
    }
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    const Account account = read_all(reader);
    CHECK(account.times >= 1);
    CHECK(account.times <= 3);
    CHECK(read_all(reader).times == 0);
    Spool spool(small_spool(folder), posix_disk());
    REQUIRE(append_frames(spool, {5}).appended);
    CHECK(read_all(reader).text == "1-1");
}

TEST_CASE("a time begins no segment and is not worth a frame") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 200);
    options.max_bytes = 1000;
    Spool spool(options, posix_disk());
    std::int64_t second = 100;
    for (int i = 0; i < 100; ++i) static_cast<void>(append_time(spool, ++second));
    CHECK(segment_files(options.directory).size() == 1);
    CHECK(spool.bytes() <= 1000);
    REQUIRE(append_frames(spool, {50}).appended);
    CHECK(spool.bytes() <= 1000);
    CHECK(read_all(options.directory).text == "1-1");
}

}  // namespace tapferry
