// The spool when its directory or the file that it writes is deleted under it.
#include <doctest/doctest.h>

#include <cerrno>

#include "tests/spool/log_without_disk.h"

namespace tapferry {

TEST_CASE("when the directory is deleted the log goes on in a new one, and what is gone is counted as lost") {
    LogWithoutDisk log(2);
    log.append(30);
    SpoolReader late = log.spool->reader(first_position);
    SpoolReader beside = log.spool->reader(Position{31});
    std::filesystem::remove_all(log.options.directory);
    log.append(2);
    CHECK(read_all(beside).text == "31-31 32-32");
    log.second_passes();
    CHECK_FALSE(log.spool->trouble().empty());
    log.append(1);
    CHECK(log.spool->trouble().empty());
    CHECK(read_all(beside).text == "33-33");
    const Account account = read_all(late);
    CHECK(account.text == "1-31(disk) 32-32 33-33");
    CHECK(std::filesystem::exists(log.options.directory / "lock"));
    CHECK_THROWS_AS(Spool(log.options, posix_disk()), SpoolError);
    // A process that has no memory of it knows no better.
    CHECK(log.files() == "1-32(retention) 33-33");
}

TEST_CASE("when the file being written is removed the log goes on in another, and keeps what was before") {
    LogWithoutDisk log(1);
    log.append(9);
    const auto files = segment_files(log.options.directory);
    std::filesystem::remove(files.back());
    log.second_passes();
    log.append(1);
    CHECK(log.spool->trouble().empty());
    SpoolReader reader = log.spool->reader(first_position);
    const Account account = read_all(reader);
    CHECK(account.contiguous);
    CHECK(account.text == "1-1 2-2 3-3 4-4 5-5 6-6 7-9(disk) 10-10");
}

TEST_CASE("who had the empty segment of a deleted directory open reads the new one of its name") {
    for (const int frames : {3, 30}) {
        LogWithoutDisk log;
        SpoolReader files(log.options.directory, posix_disk(), first_position);
        CHECK(read_all(files).text.empty());
        std::filesystem::remove_all(log.options.directory);
        log.second_passes();
        log.append(frames);
        const Account account = read_all(files);
        CHECK(account.frames == static_cast<std::uint64_t>(frames));
        CHECK(account.lost == 0);
    }
}

TEST_CASE("a directory is made anew though too little of the disk was free when it was there last") {
    LogWithoutDisk log(100, WhenFull::drop_newest);
    log.options.min_free_bytes = 20'000;
    log.disk.free = 1'000'000;
    log.open();
    log.append(1);
    log.disk.free = 10'000;
    log.second_passes();
    REQUIRE_FALSE(log.spool->trouble().empty());
    log.disk.free = -1;
    std::filesystem::remove_all(log.options.directory);
    log.append(2);
    log.second_passes();
    CHECK(log.spool->trouble().empty());
    CHECK(log.files() == "1-1(retention) 2-2 3-3");
}

TEST_CASE("an end writes what is in memory though the directory was deleted twice") {
    LogWithoutDisk log;
    log.append(1);
    std::filesystem::remove_all(log.options.directory);
    log.second_passes();
    // The directory is made and locked, and then the segment cannot be made.
    log.disk.error = EIO;
    for (std::uint64_t call = 7; call < 18; ++call) log.disk.failing_calls.insert(log.disk.calls + call);
    log.append(1);
    log.disk.failing_calls.clear();
    std::filesystem::remove_all(log.options.directory);
    log.append(1);
    REQUIRE_FALSE(log.spool->trouble().empty());
    log.spool.reset();
    CHECK(log.files() == "1-1(retention) 2-2 3-3");
}

TEST_CASE("a directory that could only half be made anew is made anew again") {
    LogWithoutDisk log(1);
    log.append(9);
    std::filesystem::remove_all(log.options.directory);
    log.second_passes();
    // The directory is made and locked, and then it cannot be listed.
    log.disk.error = EIO;
    log.disk.failing_calls.insert(log.disk.calls + 6);
    log.append(1);
    CHECK_FALSE(log.spool->trouble().empty());
    log.second_passes();
    CHECK(log.spool->trouble().empty());
    CHECK(log.spool->begin() == Position{10});
    CHECK(log.files() == "1-9(retention) 10-10");
}

TEST_CASE("without a directory to make the log stays in memory, and nobody is held up") {
    LogWithoutDisk log;
    log.append(1);
    std::filesystem::remove_all(log.options.directory);
    write_file(log.options.directory, {1});
    SpoolReader reader = log.spool->reader(Position{2});
    for (int i = 0; i < 5; ++i) {
        log.second_passes();
        log.append(1);
        CHECK_FALSE(log.spool->trouble().empty());
    }
    CHECK(read_all(reader).text == "2-2 3-3 4-4 5-5 6-6");
    std::filesystem::remove(log.options.directory);
    log.second_passes();
    CHECK(log.spool->trouble().empty());
    CHECK(log.files() == "1-1(retention) 2-2 3-3 4-4 5-5 6-6");
}

}  // namespace tapferry
