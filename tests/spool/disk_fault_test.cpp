#include <doctest/doctest.h>

#include <array>
#include <cerrno>

#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

constexpr std::array<int, 6> errors{EIO, ENOSPC, EDQUOT, EROFS, EINTR, EMFILE};

// An agent's life on a disk that fails: frames that were appended must all be there once the disk is well
// again, but for segments that were dropped because it was full. Returns how many calls the disk saw.
std::uint64_t live_through(FaultyDisk& disk) {
    const TemporaryFolder folder;
    const SpoolOptions options = small_spool(folder, 700);
    {
        Spool spool(options, posix_disk());
        for (int i = 0; i < 5; ++i) REQUIRE(append_frames(spool, {100, 50}).appended);
    }
    std::uint64_t appended = 10;
    std::uint64_t dropped = 0;
    try {
        Spool spool(options, disk);
        SpoolReader reader(options.directory, disk, first_position);
        spool.open_stream(1, "bind", "");
        Account read;
        for (std::size_t i = 0; i < 8; ++i) {
            const Position end = spool.end();
            const AppendOutcome outcome = append_frames(spool, {100, 60, i});
            CHECK(outcome.appended == (outcome.error == 0));
            CHECK(spool.end() == end + (outcome.appended ? 3u : 0u));
            if (outcome.appended) appended += 3;
            if (i == 3) spool.roll_when_old();
            if (i % 3 == 0) read = read_all(reader);
            CHECK(read.wrong == 0);
            CHECK(read.contiguous);
        }
        CHECK(number(spool.end()) == appended + 1);
        CHECK(reader.position() <= spool.end());
        dropped = number(spool.begin()) - 1;
    } catch (const SpoolError&) {
        // It could not be opened: nothing was appended.
    }
    disk.failing_calls.clear();
    disk.fails_from = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t calls = disk.calls;

    const Account all = read_all(options.directory);
    INFO(all.text);
    CHECK(all.contiguous);
    CHECK(all.wrong == 0);
    CHECK(all.lost == dropped);
    CHECK(all.frames + all.lost == appended);
    Spool spool(options, posix_disk());
    CHECK(number(spool.end()) == appended + 1);
    CHECK(append_frames(spool, {10}).appended);
    return calls;
}

}  // namespace

TEST_CASE("whichever call of the disk fails once, nothing that was appended is lost") {
    for (const int error : errors) {
        CAPTURE(error);
        for (std::uint64_t n = 1, calls = n; n <= calls; ++n) {
            CAPTURE(n);
            FaultyDisk disk;
            disk.error = error;
            disk.failing_calls = {n};
            calls = live_through(disk);
        }
    }
}

TEST_CASE("whichever two calls in a row fail, nothing that was appended is lost") {
    for (const int error : errors) {
        CAPTURE(error);
        for (std::uint64_t n = 1, calls = n; n <= calls; ++n) {
            CAPTURE(n);
            FaultyDisk disk;
            disk.error = error;
            disk.failing_calls = {n, n + 1};
            calls = live_through(disk);
        }
    }
}

TEST_CASE("from whichever call on the disk is gone, what was appended before is there when it comes back") {
    for (const int error : {EIO, ENOSPC, EROFS}) {
        CAPTURE(error);
        for (std::uint64_t n = 1, calls = n; n <= calls; ++n) {
            CAPTURE(n);
            FaultyDisk disk;
            disk.error = error;
            disk.fails_from = n;
            calls = live_through(disk);
        }
    }
}

TEST_CASE("a disk that takes a few bytes at a time takes all") {
    for (const std::size_t longest : {1ul, 7ul, 56ul, 57ul, 100ul}) {
        FaultyDisk disk;
        disk.longest_write = longest;
        live_through(disk);
    }
}

TEST_CASE("on a full disk the oldest sealed segment makes room, and is told") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    disk.error = ENOSPC;
    Spool spool(small_spool(folder, 350), disk);
    for (int i = 0; i < 6; ++i) REQUIRE(append_frames(spool, {100}).appended);
    REQUIRE(spool.begin() == first_position);
    // Calls of an append into a segment with room: the write alone.
    REQUIRE(append_frames(spool, {10}).appended);
    disk.failing_calls = {disk.calls + 1};
    REQUIRE(append_frames(spool, {10}).appended);
    CHECK(spool.begin() == Position{3});
    CHECK(read_all(folder.path() / "spool").text == "1-2(retention) 3-3 4-4 5-5 6-6 7-7 8-8");
}

TEST_CASE("a full disk without a sealed segment refuses, and takes no number") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    Spool spool(small_spool(folder), disk);
    REQUIRE(append_frames(spool, {100}).appended);
    disk.error = ENOSPC;
    disk.failing_calls = {disk.calls + 1};
    const AppendOutcome outcome = append_frames(spool, {100});
    CHECK_FALSE(outcome.appended);
    CHECK(outcome.error == ENOSPC);
    CHECK(spool.end() == Position{2});
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(read_all(folder.path() / "spool").text == "1-1 2-2");
}

TEST_CASE("a segment whose torn end cannot be cut back is left, and another begun") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    Spool spool(small_spool(folder), disk);
    REQUIRE(append_frames(spool, {100}).appended);
    disk.error = EIO;
    disk.failing_calls = {disk.calls + 1, disk.calls + 2};
    CHECK_FALSE(append_frames(spool, {100}).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(read_all(reader).text == "1-1");
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(segment_files(folder.path() / "spool").size() == 2);
    CHECK(read_all(reader).text == "2-2");
    CHECK(read_all(folder.path() / "spool").text == "1-1 2-2");
}

}  // namespace tapferry
