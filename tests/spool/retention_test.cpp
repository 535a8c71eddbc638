#include <doctest/doctest.h>

#include "tests/spool/faulty_disk.h"
#include "tests/spool/memory_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

// A frame of 100 bytes in a block of its own.
constexpr std::uint64_t block_bytes = 56 + 8 + 100;

}  // namespace

TEST_CASE("at max_bytes the oldest segment goes, and a reader behind is told exactly what") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    options.max_bytes = 2000;
    Spool spool(options, posix_disk());
    for (int i = 0; i < 100; ++i) {
        REQUIRE(append_frames(spool, {100}).appended);
        REQUIRE(spool.bytes() <= options.max_bytes);
    }
    const std::uint64_t begin = number(spool.begin());
    CHECK(begin > 80);
    CHECK(spool.end() == Position{101});
    const Account account = read_all(options.directory);
    CHECK(account.text.starts_with("1-" + std::to_string(begin - 1) + "(retention) "));
    CHECK(account.lost == begin - 1);
    CHECK(account.frames == 101 - begin);
    CHECK(account.contiguous);
}

TEST_CASE("frames of one segment are dropped to make room when there is no other") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 1 << 20);
    options.max_bytes = 100'000;
    Spool spool(options, posix_disk());
    for (int i = 0; i < 10; ++i) {
        REQUIRE(append_frames(spool, {90'000}).appended);
        REQUIRE(spool.bytes() <= options.max_bytes);
    }
    CHECK(read_all(options.directory).text == "1-9(retention) 10-10");
}

TEST_CASE("a segment that vanishes while it is read is read to its end") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 2 * block_bytes + 60), posix_disk());
    for (int i = 0; i < 6; ++i) REQUIRE(append_frames(spool, {100}).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(std::holds_alternative<SpoolBlock>(reader.next()));
    spool.trim(Position{3});
    CHECK(read_all(reader).text == "2-2 3-3 4-4 5-5 6-6");
}

TEST_CASE("the room of what is dropped is free at once, even while a reader has it open") {
    MemoryDisk disk("/memory");
    disk.set_free(10 << 20);
    SpoolOptions options;
    options.directory = "/memory/spool";
    options.min_free_bytes = 0;
    options.segment_bytes = 250'000;
    options.max_bytes = 1'000'000;
    Spool spool(options, disk);
    const std::uint64_t room = disk.free() + spool.bytes();
    REQUIRE(append_frames(spool, {60'000}).appended);
    SpoolReader of_files(options.directory, disk, first_position);
    for (int i = 0; i < 3; ++i) REQUIRE(append_frames(spool, {60'000}).appended);
    CHECK(std::holds_alternative<SpoolBlock>(of_files.next()));
    for (int i = 0; i < 100; ++i) REQUIRE(append_frames(spool, {60'000}).appended);
    CHECK(disk.free() == room - spool.bytes());
    const std::uint64_t begin = number(spool.begin());
    const Account account = read_all(of_files);
    CHECK(account.contiguous);
    CHECK(account.text.find("damage") == std::string::npos);
    CHECK(account.text.find("-" + std::to_string(begin - 1) + "(retention) ") != std::string::npos);
}

TEST_CASE("what is dropped is lost to a route, though its reader has read it ahead") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 3 * block_bytes);
    options.max_bytes = 2000;
    options.tail_bytes = 1;
    Spool spool(options, posix_disk());
    for (int i = 0; i < 4; ++i) REQUIRE(append_frames(spool, {100}).appended);
    SpoolReader reader = spool.reader(first_position);
    REQUIRE(std::holds_alternative<SpoolBlock>(reader.next()));
    for (int i = 0; i < 20; ++i) REQUIRE(append_frames(spool, {100}).appended);
    const Position begin = spool.removed_before();
    REQUIRE(begin > Position{3});
    const Account account = read_all(reader);
    CHECK(account.text.starts_with("2-" + std::to_string(number(begin) - 1) + "(retention) "));
    CHECK(account.contiguous);
}

TEST_CASE("a burst leaves min_free_bytes to others, but for an eighth, without anybody looking at the time") {
    for (const WhenFull when_full : {WhenFull::drop_oldest, WhenFull::drop_newest}) {
        MemoryDisk disk("/memory");
        disk.set_free(6 << 20);
        SpoolOptions options;
        options.directory = "/memory/spool";
        options.min_free_bytes = 2 << 20;
        options.segment_bytes = 250'000;
        options.when_full = when_full;
        Spool spool(options, disk);
        for (int i = 0; i < 200; ++i) {
            static_cast<void>(append_frames(spool, {60'000}));
            CHECK(disk.free() >= options.min_free_bytes - options.min_free_bytes / 8);
        }
        CHECK(spool.bytes() > (3 << 20));
    }
}

TEST_CASE("segments that vanish before they are opened are a gap of reason retention") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 2 * block_bytes), posix_disk());
    for (int i = 0; i < 10; ++i) REQUIRE(append_frames(spool, {100}).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(std::holds_alternative<SpoolBlock>(reader.next()));
    spool.trim(Position{7});
    CHECK(spool.begin() == Position{7});
    CHECK(read_all(reader).text == "2-2 3-6(retention) 7-7 8-8 9-9 10-10");
    reader.seek(Position{4});
    CHECK(read_all(reader).text == "4-6(retention) 7-7 8-8 9-9 10-10");
}

TEST_CASE("a segment that somebody removed is told, and its neighbours are read") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 2 * block_bytes), posix_disk());
    for (int i = 0; i < 7; ++i) REQUIRE(append_frames(spool, {100}).appended);
    const auto files = segment_files(folder.path() / "spool");
    REQUIRE(files.size() == 4);
    std::filesystem::remove(files[1]);
    CHECK(read_all(folder.path() / "spool").text == "1-1 2-2 3-4(retention) 5-5 6-6 7-7");
    spool.trim(Position{5});
    CHECK(spool.begin() == Position{5});
}

TEST_CASE("trimming unlinks what lies wholly before the position, and never the active segment") {
    const TemporaryFolder folder;
    Spool spool(small_spool(folder, 2 * block_bytes), posix_disk());
    for (int i = 0; i < 5; ++i) REQUIRE(append_frames(spool, {100}).appended);
    const auto segments = [&] { return segment_files(folder.path() / "spool").size(); };
    CHECK(segments() == 3);
    spool.trim(Position{2});
    CHECK(segments() == 3);
    spool.trim(Position{3});
    CHECK(segments() == 2);
    CHECK(spool.begin() == Position{3});
    spool.trim(Position{6});
    CHECK(segments() == 1);
    CHECK(spool.begin() == Position{5});
    CHECK(read_all(folder.path() / "spool", Position{5}).text == "5-5");
}

TEST_CASE("a slow trickle rolls by age, so that what all routes have passed can go") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder);
    options.segment_age = std::chrono::milliseconds(0);
    Spool spool(options, posix_disk());
    spool.tick();
    CHECK(segment_files(options.directory).size() == 1);  // no frames, no roll
    SpoolReader reader(options.directory, posix_disk(), first_position);
    for (std::uint64_t i = 1; i < 10; ++i) {
        REQUIRE(append_frames(spool, {100}).appended);
        spool.tick();
        CHECK(read_all(reader).text == std::to_string(i) + "-" + std::to_string(i));
        spool.trim(reader.position());
        CHECK(segment_files(options.directory).size() == 1);
        CHECK(spool.bytes() == 0);
    }
}

TEST_CASE("segments of earlier runs count towards max_bytes and are trimmed like any") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    {
        Spool spool(options, posix_disk());
        for (int i = 0; i < 20; ++i) REQUIRE(append_frames(spool, {100}).appended);
    }
    options.max_bytes = 1500;
    Spool spool(options, posix_disk());
    CHECK(spool.bytes() > options.max_bytes);
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(spool.bytes() <= options.max_bytes);
    CHECK(spool.begin() > Position{10});
    const std::uint64_t begin = number(spool.begin());
    CHECK(read_all(options.directory).text.starts_with("1-" + std::to_string(begin - 1) + "(retention) "));
    spool.trim(spool.end());
    CHECK(read_all(options.directory, spool.begin()).text == "21-21");
}

TEST_CASE("what was received max_age ago goes, and who still needed it is told") {
    const TemporaryFolder folder;
    ManualClocks clocks;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    options.max_age = std::chrono::hours(1);
    Spool spool(options, posix_disk(), first_position, clocks);
    for (int i = 0; i < 6; ++i) {
        REQUIRE(append_frames(spool, {100}).appended);
        clocks.pass(std::chrono::minutes(10));
    }
    spool.tick();
    CHECK(spool.begin() == first_position);
    // Two frames a segment, that of 1 and 2 sealed after 20 minutes; now it is 80.
    clocks.pass(std::chrono::minutes(20));
    spool.tick();
    CHECK(spool.begin() == Position{3});
    CHECK(read_all(options.directory).text == "1-2(retention) 3-3 4-4 5-5 6-6");
    // However late, the segment that is being written stays.
    clocks.pass(std::chrono::hours(100));
    spool.tick();
    CHECK(spool.begin() == Position{5});
    CHECK(spool.end() == Position{7});
}

TEST_CASE("a wall clock that is set a year ahead makes nothing old") {
    const TemporaryFolder folder;
    ManualClocks clocks;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    options.max_age = std::chrono::hours(1);
    Spool spool(options, posix_disk(), first_position, clocks);
    for (int i = 0; i < 6; ++i) REQUIRE(append_frames(spool, {100}).appended);
    clocks.step_wall_clock(std::chrono::hours(24 * 365));
    for (int i = 0; i < 6; ++i) REQUIRE(append_frames(spool, {100}).appended);
    spool.tick();
    CHECK(spool.begin() == first_position);
}

TEST_CASE("segments of earlier runs are as old as their frames, not as their files") {
    const TemporaryFolder folder;
    ManualClocks clocks;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    {
        Spool spool(options, posix_disk(), first_position, clocks);
        // Received an hour before the clock's beginning, sealed after it.
        for (int i = 0; i < 6; ++i) REQUIRE(append_frames(spool, {100}).appended);
    }
    clocks.pass(std::chrono::minutes(50));
    options.max_age = std::chrono::hours(2);
    Spool spool(options, posix_disk(), first_position, clocks);
    spool.tick();
    CHECK(spool.begin() == first_position);
    clocks.pass(std::chrono::minutes(20));
    spool.tick();
    CHECK(spool.begin() == Position{7});
    CHECK(read_all(options.directory).text == "1-6(retention)");
}

TEST_CASE("below min_free_bytes the oldest segments go, no more than is missing") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    disk.free = 100'000;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    options.min_free_bytes = 20'000;
    Spool spool(options, disk);
    CHECK(spool.floor() == 20'000);
    for (int i = 0; i < 20; ++i) REQUIRE(append_frames(spool, {100}).appended);
    disk.free = 20'000;
    spool.tick();
    CHECK(spool.begin() == first_position);
    disk.free = 20'000 - 500;  // a segment is 384 bytes
    spool.tick();
    CHECK(spool.begin() == Position{5});
    CHECK(spool.trouble().empty());
}

TEST_CASE("when nothing is left to remove, new frames go to memory alone until there is room again") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    ManualClocks clocks;
    disk.free = 1'000'000;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    options.min_free_bytes = 20'000;
    Spool spool(options, disk, first_position, clocks);
    SpoolReader reader = spool.reader(first_position);
    for (int i = 0; i < 5; ++i) REQUIRE(append_frames(spool, {100}).appended);
    const auto second = [&] {
        clocks.pass(std::chrono::seconds(1));
        spool.tick();
    };
    disk.free = 10;
    second();
    CHECK(spool.begin() == Position{5});
    CHECK(spool.trouble() == "less than spool.min_free_bytes is free there");
    const std::uint64_t bytes = spool.bytes();
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(spool.bytes() == bytes);
    CHECK(read_all(reader).text == "1-4(retention) 5-5 6-6");
    // A little more than the floor is not enough: it would be told every other moment.
    disk.free = 20'100;
    second();
    CHECK_FALSE(spool.trouble().empty());
    disk.free = 23'000;
    second();
    CHECK(spool.trouble().empty());
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(read_all(options.directory, Position{5}).text == "5-5 6-6 7-7");
}

TEST_CASE(
    "a disk that has less than min_free_bytes from the start is shared half and half, over restarts too") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    disk.free = 10'000;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    options.min_free_bytes = 1 << 30;
    std::uint64_t bytes = 0;
    {
        Spool spool(options, disk);
        CHECK(spool.floor() == 5'000);
        for (int i = 0; i < 20; ++i) REQUIRE(append_frames(spool, {100}).appended);
        spool.tick();
        CHECK(spool.trouble().empty());
        CHECK(spool.begin() == first_position);
    }
    for (const auto& file : segment_files(options.directory)) bytes += std::filesystem::file_size(file);
    disk.free = 10'000 - static_cast<std::int64_t>(bytes);
    const Spool spool(options, disk);
    CHECK(spool.floor() == 5'000);
}

TEST_CASE(
    "where the newest are dropped a full spool refuses, takes no number, and goes on when routes have "
    "passed") {
    const TemporaryFolder folder;
    SpoolOptions options = small_spool(folder, 2 * block_bytes);
    options.max_bytes = 2000;
    options.when_full = WhenFull::drop_newest;
    Spool spool(options, posix_disk());
    int appended = 0;
    AppendOutcome outcome;
    while ((outcome = append_frames(spool, {100})).appended) ++appended;
    CHECK(outcome.full);
    CHECK(appended > 5);
    CHECK(spool.begin() == first_position);
    CHECK(spool.bytes() <= options.max_bytes);
    CHECK(number(spool.end()) == static_cast<std::uint64_t>(appended) + 1);
    CHECK(spool.trouble().empty());
    for (int i = 0; i < 5; ++i) CHECK(append_frames(spool, {100}).full);
    CHECK(read_all(options.directory).frames == static_cast<std::uint64_t>(appended));
    spool.trim(Position{5});
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(read_all(options.directory, Position{5}).lost == 0);
}

TEST_CASE(
    "a reader that lags far behind leaves nothing in the page cache, and one of fresh segments does not "
    "ask") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    Spool spool(small_spool(folder), disk);
    const auto append_megabytes = [&](std::int64_t received) {
        for (int i = 0; i < 80; ++i) {
            BlockBuilder block;
            block.add(1, Bytes(60'000));
            REQUIRE(spool.append(block, {received, 0}).appended);
        }
    };
    SpoolReader reader(folder.path() / "spool", disk, first_position);
    append_megabytes(system_clocks().wall().seconds);
    CHECK(read_all(reader).frames == 80);
    CHECK(disk.not_needed == 0);
    append_megabytes(system_clocks().wall().seconds - 3600);
    CHECK(read_all(reader).frames == 80);
    CHECK(disk.not_needed > 8'000'000);
}

}  // namespace tapferry
