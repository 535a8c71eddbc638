// The spool while its disk takes nothing: it goes on in memory, and every frame is accounted for.
#include <doctest/doctest.h>

#include <cerrno>

#include "tests/spool/log_without_disk.h"

namespace tapferry {

TEST_CASE("while there is no disk a route that keeps up misses nothing, however long it takes") {
    for (const int error : {ENOSPC, EIO, EROFS, EDQUOT, ENOENT, EMFILE}) {
        CAPTURE(error);
        LogWithoutDisk log(3);
        log.append(2);
        SpoolReader reader = log.spool->reader(first_position);
        CHECK(read_all(reader).text == "1-1 2-2");
        log.disk.go_away(error);
        for (int n = 3; n < 40; ++n) {
            log.append(1);
            CHECK_FALSE(log.spool->trouble().empty());
            CHECK(read_all(reader).text == std::to_string(n) + "-" + std::to_string(n));
            if (n % 5 == 0) log.second_passes();
        }
        log.disk.come_back();
        log.second_passes();
        CHECK(log.spool->trouble().empty());
        log.append(1);
        CHECK(read_all(reader).text == "40-40");
        CHECK(log.files() == "1-1 2-2 3-36(disk) 37-37 38-38 39-39 40-40");
    }
}

TEST_CASE("what a lagging route misses is counted exactly, before the disk is back and after it") {
    LogWithoutDisk log(3);
    log.append(4);
    SpoolReader now = log.spool->reader(Position{3});
    SpoolReader later = log.spool->reader(first_position);
    log.disk.away = EIO;
    log.append(10);
    // Files cannot be opened any more, and may yet come back: the route waits for what is in them.
    CHECK(read_all(now).text.empty());
    log.disk.away = 0;
    log.second_passes();
    CHECK(read_all(now).text == "3-3 4-4 5-11(disk) 12-12 13-13 14-14");
    CHECK(read_all(later).text == "1-1 2-2 3-3 4-4 5-11(disk) 12-12 13-13 14-14");
    CHECK(log.spool->end() == Position{15});
}

TEST_CASE("on a full disk a lagging route reads the files first, and then what memory still has") {
    LogWithoutDisk log(3);
    log.append(5);
    log.disk.write_error = ENOSPC;
    SpoolReader reader = log.spool->reader(first_position);
    log.append(10);
    CHECK(log.spool->trouble() == "No space left on device");
    const Account account = read_all(reader);
    CHECK(account.contiguous);
    CHECK(account.wrong == 0);
    CHECK(account.text.ends_with("12(disk) 13-13 14-14 15-15"));
}

TEST_CASE("a disk that is away for a moment costs nobody anything") {
    LogWithoutDisk log;
    log.append(3);
    log.disk.go_away(ENOSPC);
    log.append(20);
    CHECK(append_time(*log.spool, 1'700'000'001));
    log.disk.come_back();
    // It is looked for again only after a while.
    log.append(1);
    CHECK_FALSE(log.spool->trouble().empty());
    log.second_passes();
    CHECK(log.spool->trouble().empty());
    log.append(1);
    const Account account = read_all(log.options.directory);
    CHECK(account.frames == 25);
    CHECK(account.lost == 0);
    CHECK(account.wrong == 0);
    CHECK(account.times == 1);
}

TEST_CASE("a frame brings the disk back too, when it is time") {
    LogWithoutDisk log;
    log.append(1);
    log.disk.go_away(EIO);
    log.append(1);
    log.disk.come_back();
    log.clocks.pass(std::chrono::seconds(1));
    log.append(1);
    CHECK(log.spool->trouble().empty());
    CHECK(log.files() == "1-1 2-2 3-3");
}

TEST_CASE("streams that came and went without a disk are named in what is written later") {
    LogWithoutDisk log;
    log.append(1);
    log.disk.go_away(EIO);
    log.spool->open_stream(7, "bind", "");
    REQUIRE(append_frames(*log.spool, {10}, 7).appended);
    log.spool->close_stream(7);
    log.append(1);
    SpoolReader live = log.spool->reader(Position{2});
    SpoolRead read = live.next();
    CHECK(std::get<SpoolBlock>(read).frames.front().input == "bind");
    log.disk.come_back();
    log.second_passes();
    SpoolReader reader(log.options.directory, posix_disk(), Position{2});
    read = reader.next();
    CHECK(std::get<SpoolBlock>(read).frames.front().input == "bind");
    read = reader.next();
    CHECK(std::get<SpoolBlock>(read).frames.front().input.empty());
}

TEST_CASE("an end without a disk loses what is in memory alone, and the next start says so") {
    LogWithoutDisk log;
    log.append(3);
    log.disk.go_away(EIO);
    log.append(4);
    const Position end = log.spool->end();
    log.spool.reset();
    log.disk.come_back();
    log.open(end);
    CHECK(log.spool->end() == Position{8});
    log.append(1);
    CHECK(log.files() == "1-1 2-2 3-3 4-7(power) 8-8");
}

TEST_CASE("an end while the disk is there again loses nothing") {
    LogWithoutDisk log;
    log.append(3);
    log.disk.go_away(EIO);
    log.append(4);
    log.disk.come_back();
    log.spool.reset();
    CHECK(log.files() == "1-1 2-2 3-3 4-4 5-5 6-6 7-7");
}

TEST_CASE("what could not be unlinked and is gone all the same was not removed by the log") {
    LogWithoutDisk log(1);
    log.append(9);
    const auto files = segment_files(log.options.directory);
    log.disk.error = EIO;
    log.disk.failing_calls.insert(log.disk.calls + 1);
    log.spool->trim(Position{7});
    CHECK(log.disk.failing_calls.contains(log.disk.calls));
    CHECK(log.spool->begin() == first_position);
    std::filesystem::remove(files.front());
    SpoolReader reader = log.spool->reader(first_position);
    CHECK(read_all(reader).text.starts_with("1-6(disk) 7-7 "));
}

TEST_CASE("on a disk that is full at the start the newest segment stays, and says where the log ends") {
    bool full_at_the_start = false;
    for (std::uint64_t call = 1; call < 60 && !full_at_the_start; ++call) {
        LogWithoutDisk log;
        log.append(3);
        log.spool.reset();
        log.disk.error = ENOSPC;
        for (std::uint64_t n = call; n < 60; ++n) log.disk.failing_calls.insert(log.disk.calls + n);
        try {
            log.open();
        } catch (const SpoolError&) {
            continue;
        }
        full_at_the_start = !log.spool->trouble().empty();
        log.disk.failing_calls.clear();
        log.spool->trim(log.spool->end());
        log.disk.go_away(EIO);
        log.spool.reset();
        log.disk.come_back();
        log.open();
        CHECK(log.spool->end() == Position{4});
    }
    CHECK(full_at_the_start);
}

TEST_CASE("where the newest are dropped, what memory cannot hold is refused") {
    LogWithoutDisk log(3, WhenFull::drop_newest);
    log.append(1);
    log.disk.go_away(EIO);
    log.append(3);
    const AppendOutcome outcome = append_frames(*log.spool, {100});
    CHECK_FALSE(outcome.appended);
    CHECK_FALSE(outcome.full);
    CHECK(log.spool->end() == Position{5});
    log.disk.come_back();
    log.second_passes();
    log.append(1);
    CHECK(log.files() == "1-1 2-2 3-3 4-4 5-5");
}

TEST_CASE("a mark that a full disk cannot be told of is kept in memory, and its numbers are not used again") {
    LogWithoutDisk log;
    log.append(2);
    log.spool.reset();
    log.disk.write_error = ENOSPC;
    log.open(Position{100});
    CHECK(log.spool->end() == Position{100});
    SpoolReader reader = log.spool->reader(first_position);
    log.append(1);
    CHECK(read_all(reader).text == "1-1 2-2 3-99(power) 100-100");
    log.disk.write_error = 0;
    log.second_passes();
    CHECK(log.files() == "1-1 2-2 3-99(power) 100-100");
}

TEST_CASE("a reader beside the log takes the newest blocks from memory and the older ones from files") {
    for (const std::size_t blocks : {1, 3, 50}) {
        LogWithoutDisk log(blocks);
        SpoolReader reader = log.spool->reader(first_position);
        log.append(20);
        Account account = read_all(reader);
        CHECK(account.frames == 20);
        CHECK(account.contiguous);
        CHECK(account.wrong == 0);
        // Memory needs no disk at all.
        const std::uint64_t calls = log.disk.calls;
        reader.seek(Position{20});
        CHECK(read_all(reader).text == "20-20");
        CHECK(log.disk.calls == calls);
        reader.seek(first_position);
        account = read_all(reader);
        CHECK(account.frames == 20);
        CHECK(account.lost == 0);
    }
}

}  // namespace tapferry
