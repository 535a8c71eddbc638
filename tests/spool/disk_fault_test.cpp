#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <functional>

#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

constexpr std::array<int, 6> errors{EIO, ENOSPC, EDQUOT, EROFS, EINTR, EMFILE};

// An agent's life on a disk that fails, with or without time for the disk to be looked for again: a route
// that keeps up gets every frame, and once the disk is well again all that was appended is there or told as
// lost. What may be lost is what was in memory alone at the end, and segments dropped because the disk was
// full. Whether the disk saw so many calls that the fault was met.
bool live_through(FaultyDisk& disk, std::uint64_t fault, bool time_passes) {
    const TemporaryFolder folder;
    const SpoolOptions options = small_spool(folder, 700);
    {
        Spool spool(options, posix_disk());
        for (int i = 0; i < 5; ++i) REQUIRE(append_frames(spool, {100, 50}).appended);
    }
    Position end{11};
    std::uint64_t dropped = 0;
    try {
        ManualClocks clocks;
        Spool spool(options, disk, first_position, clocks);
        SpoolReader route = spool.reader(end);
        SpoolReader reader(options.directory, disk, first_position);
        spool.open_stream(1, "bind", "");
        Account read;
        for (std::size_t i = 0; i < 8; ++i) {
            REQUIRE(append_frames(spool, {100, 60, i}).appended);
            end = end + 3;
            CHECK(spool.end() == end);
            if (time_passes) clocks.pass(std::chrono::seconds(2));
            if (i % 2 == 1) spool.tick();
            const Account next = read_all(route);
            CHECK(next.frames == 3);
            CHECK(next.lost == 0);
            CHECK(next.wrong == 0);
            if (i % 3 == 0) read = read_all(reader);
            CHECK(read.wrong == 0);
            CHECK(read.contiguous);
        }
        CHECK(reader.position() <= spool.end());
        dropped = number(spool.begin()) - 1;
    } catch (const SpoolError&) {
        // It could not be opened: nothing was appended.
    }
    const bool dead = disk.fails_from <= disk.calls;
    const bool met = disk.calls >= fault;
    disk.failing_calls.clear();
    disk.fails_from = std::numeric_limits<std::uint64_t>::max();

    Spool spool(options, posix_disk(), end);
    CHECK(spool.end() == end);
    REQUIRE(append_frames(spool, {10}).appended);
    const Account all = read_all(options.directory);
    INFO(all.text);
    CHECK(all.contiguous);
    CHECK(all.wrong == 0);
    CHECK(all.frames + all.lost == number(end));
    if (!dead) CHECK(all.lost == dropped);
    // What was there before is lost to retention alone.
    CHECK(read_all(options.directory).text.find("damage") == std::string::npos);
    return met;
}

void at_every_call(int error, const std::function<void(FaultyDisk&, std::uint64_t)>& put_fault) {
    for (const bool time_passes : {false, true}) {
        bool met = true;
        for (std::uint64_t n = 1; met; ++n) {
            CAPTURE(error);
            CAPTURE(n);
            CAPTURE(time_passes);
            FaultyDisk disk;
            disk.error = error;
            put_fault(disk, n);
            met = live_through(disk, n, time_passes);
            REQUIRE(n < 1000);
        }
    }
}

}  // namespace

TEST_CASE("whichever call of the disk fails once, nothing that was appended is lost") {
    for (const int error : errors)
        at_every_call(error, [](FaultyDisk& disk, std::uint64_t n) { disk.failing_calls = {n}; });
}

TEST_CASE("whichever two calls in a row fail, nothing that was appended is lost") {
    for (const int error : errors)
        at_every_call(error, [](FaultyDisk& disk, std::uint64_t n) { disk.failing_calls = {n, n + 1}; });
}

TEST_CASE("from whichever call on the disk is gone, what was appended before is there when it comes back") {
    for (const int error : errors) {
        if (error != EINTR)  // for ever, that is no disk
            at_every_call(error, [](FaultyDisk& disk, std::uint64_t n) { disk.fails_from = n; });
    }
}

TEST_CASE("numbers in a segment that cannot be read when the log is opened are not given again") {
    const TemporaryFolder folder;
    const SpoolOptions options = small_spool(folder);
    {
        Spool spool(options, posix_disk());
        for (int i = 0; i < 5; ++i) REQUIRE(append_frames(spool, {100, 0, 0, 0}).appended);
    }
    FaultyDisk disk;
    disk.read_error = EIO;
    Spool spool(options, disk);
    CHECK(spool.end() >= Position{21});
    disk.read_error = 0;
    REQUIRE(append_frames(spool, {100}).appended);
    const Account account = read_all(options.directory);
    CHECK(account.contiguous);
    CHECK(account.wrong == 0);
    CHECK(account.frames == 21);
    CHECK(account.frames + account.lost == number(spool.end()) - 1);
}

TEST_CASE("a disk that takes a few bytes at a time takes all") {
    for (const std::size_t longest : {1ul, 7ul, 56ul, 57ul, 100ul}) {
        FaultyDisk disk;
        disk.longest_write = longest;
        live_through(disk, 0, false);
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

TEST_CASE("on a full disk, where the newest are dropped, no segment goes") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    disk.error = ENOSPC;
    SpoolOptions options = small_spool(folder, 350);
    options.when_full = WhenFull::drop_newest;
    Spool spool(options, disk);
    for (int i = 0; i < 6; ++i) REQUIRE(append_frames(spool, {100}).appended);
    disk.write_error = ENOSPC;
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK_FALSE(spool.trouble().empty());
    CHECK(spool.begin() == first_position);
}

TEST_CASE("a segment whose torn end cannot be cut back is left, and another begun") {
    const TemporaryFolder folder;
    FaultyDisk disk;
    Spool spool(small_spool(folder), disk);
    REQUIRE(append_frames(spool, {100}).appended);
    SpoolReader reader(folder.path() / "spool", posix_disk(), first_position);
    CHECK(read_all(reader).text == "1-1");
    disk.error = EIO;
    disk.failing_calls = {disk.calls + 1, disk.calls + 2};
    REQUIRE(append_frames(spool, {100}).appended);
    CHECK(spool.trouble().empty());
    CHECK(segment_files(folder.path() / "spool").size() == 2);
    CHECK(read_all(reader).text == "2-2");
    CHECK(read_all(folder.path() / "spool").text == "1-1 2-2");
}

}  // namespace tapferry
