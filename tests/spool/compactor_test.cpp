#include <doctest/doctest.h>

#include <cerrno>
#include <thread>

#include "agent/spool/compactor.h"
#include "tests/spool/faulty_disk.h"
#include "tests/spool/spool_fixture.h"

namespace tapferry {
namespace {

using namespace std::chrono_literals;

// Sealed segments of one block each, and an active one.
class Backlog {
  public:
    explicit Backlog(int segments = 3) : spool(small_spool(folder_, 30'000), disk) {
        for (int i = 0; i <= segments; ++i) REQUIRE(append_frames(spool, {20'000}).appended);
        REQUIRE(spool.sealed().size() == static_cast<std::size_t>(segments));
    }

    // As often as the agent would, until nothing is under way.
    void tick_until_idle(Compactor& compactor) {
        do {
            compactor.tick(now);
            std::this_thread::yield();
        } while (!compactor.idle());
    }

  private:
    TemporaryFolder folder_;

  public:
    FaultyDisk disk;
    Spool spool;
    Compactor::Clock::time_point now{};
};

constexpr CompactionOptions options{5min, 1};

std::uint64_t bytes_of_files(const Spool& spool) {
    std::uint64_t bytes = 0;
    for (const auto& file : segment_files(spool.directory())) bytes += std::filesystem::file_size(file);
    return bytes;
}

}  // namespace

TEST_CASE("sealed segments that are still needed after their time are compressed, one after the other") {
    Backlog log;
    Compactor compactor(log.spool, posix_disk(), options);
    log.tick_until_idle(compactor);
    log.now += 5min - 1ms;
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 0);
    log.now += 1ms;
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 3);
    CHECK(compactor.done().bytes_before > 60'000);
    CHECK(compactor.done().bytes_after < 40'000);
    CHECK(log.spool.bytes() == bytes_of_files(log.spool));
    CHECK(log.spool.bytes() < 60'000);
    CHECK(read_all(log.spool.directory()).text == "1-1 2-2 3-3 4-4");
    // What was compressed is trimmed like any other segment.
    log.spool.trim(Position{3});
    CHECK(log.spool.begin() == Position{3});
    CHECK(log.spool.bytes() == bytes_of_files(log.spool));
}

TEST_CASE("a segment is looked at once, and one that is sealed later waits for its own time") {
    Backlog log(1);
    FaultyDisk disk;
    Compactor compactor(log.spool, disk, options);
    log.tick_until_idle(compactor);
    log.now += 5min;
    log.tick_until_idle(compactor);
    REQUIRE(compactor.done().segments == 1);
    const std::uint64_t calls = disk.calls;
    log.now += 5min;
    log.tick_until_idle(compactor);
    CHECK(disk.calls == calls);
    REQUIRE(append_frames(log.spool, {20'000}).appended);
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 1);
    log.now += 5min;
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 2);
}

TEST_CASE("short segments are left alone") {
    Backlog log;
    Compactor compactor(log.spool, posix_disk(), {0ms, 30'000});
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 0);
}

TEST_CASE("a segment is rewritten only where there is room for both, and what must stay free") {
    Backlog log(1);
    FaultyDisk disk;
    const std::uint64_t bytes = log.spool.sealed().at(0).bytes;
    Compactor compactor(log.spool, disk, {0ms, 1, 1000});
    disk.free = static_cast<std::int64_t>(bytes + 999);
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 0);
    disk.free = static_cast<std::int64_t>(bytes + 1000);
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 1);
}

TEST_CASE("after an error the segment stays as it is, and its turn comes again") {
    Backlog log(1);
    FaultyDisk disk;
    Compactor compactor(log.spool, disk, options);
    log.tick_until_idle(compactor);
    disk.error = ENOSPC;
    disk.fails_from = disk.calls + 2;  // behind the question for room
    log.now += 5min;
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 0);
    disk.fails_from = std::numeric_limits<std::uint64_t>::max();
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 0);
    log.now += 5min;
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 1);
    CHECK(read_all(log.spool.directory()).text == "1-1 2-2");
}

TEST_CASE("a segment that is trimmed while it is rewritten stays gone, and so does its new file") {
    Backlog log(1);
    Compactor compactor(log.spool, posix_disk(), options);
    compactor.tick(log.now);
    log.now += 5min;
    compactor.tick(log.now);  // gives it out
    log.spool.trim(Position{2});
    log.tick_until_idle(compactor);
    CHECK(compactor.done().segments == 0);
    CHECK(segment_files(log.spool.directory()).size() == 1);
    CHECK(std::distance(std::filesystem::directory_iterator(log.spool.directory()), {}) ==
          2);  // and the lock
    CHECK(log.spool.bytes() == bytes_of_files(log.spool));
}

TEST_CASE("whenever it ends, nothing half done is left") {
    for (int ticks = 0; ticks < 6; ++ticks) {
        Backlog log;
        {
            Compactor compactor(log.spool, posix_disk(), {0ms, 1});
            for (int i = 0; i < ticks; ++i) compactor.tick(log.now);
        }
        CHECK(std::distance(std::filesystem::directory_iterator(log.spool.directory()), {}) == 5);
        CHECK(read_all(log.spool.directory()).text == "1-1 2-2 3-3 4-4");
    }
}

TEST_CASE("a segment that is ready and has not taken its place is not left behind either") {
    Backlog log(1);
    FaultyDisk disk;
    {
        Compactor compactor(log.spool, disk, {0ms, 1});
        compactor.tick(log.now);
        while (disk.syncs == 0) std::this_thread::yield();
    }
    CHECK(std::distance(std::filesystem::directory_iterator(log.spool.directory()), {}) == 3);
    CHECK(read_all(log.spool.directory()).text == "1-1 2-2");
}

}  // namespace tapferry
