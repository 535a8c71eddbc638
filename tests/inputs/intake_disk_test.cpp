// Intake while its disk fails or hangs: the sender is never held up, and every frame is accounted for.
#include <doctest/doctest.h>

#include <cerrno>

#include "tests/inputs/intake_fixture.h"
#include "tests/inputs/sender.h"

namespace tapferry {

using namespace test;

namespace {

IntakeOptions small_ring() {
    IntakeOptions options;
    options.ring_bytes = 256 * 1024;
    options.max_frame_bytes = 64 * 1024;
    return options;
}

std::string numbered(int number) {
    return std::to_string(number) + std::string(1000, '.');
}

// Numbers must only grow; what is missing was counted.
bool in_order(const std::vector<StoredFrame>& stored) {
    int last = -1;
    for (const StoredFrame& frame : stored) {
        const int number = std::stoi(frame.bytes);
        if (number <= last || frame.bytes != numbered(number)) return false;
        last = number;
    }
    return true;
}

}  // namespace

TEST_CASE("a disk that fails for a while loses nothing that memory can hold, and is told once") {
    IntakeWorld world;
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready() + start()));
    world.disk.write_error = ENOSPC;
    for (int i = 0; i < 1000; ++i) REQUIRE(sender.send(data_frame(numbered(i))));
    REQUIRE(wait_until([&] { return world.counters().frames_appended == 1000; }));
    CHECK(world.disk.refused >= 1);
    CHECK(world.intake().frames_in_ring() == 0);
    world.disk.write_error = 0;
    REQUIRE(wait_until([&] { return world.count_events(IntakeEvent::Kind::disk_back) == 1; }));
    CHECK(world.count_events(IntakeEvent::Kind::disk_failing) == 1);
    for (const IntakeEvent& event : world.events())
        if (event.kind == IntakeEvent::Kind::disk_failing)
            CHECK(event.text.find("No space left on device") != std::string::npos);
    const auto stored = world.stop();
    CHECK(stored.size() == 1000);
    CHECK(in_order(stored));
}

TEST_CASE("while the disk hangs the sender is read on, and what the ring cannot hold is counted") {
    IntakeWorld world(small_ring());
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready() + start()));
    world.disk.hangs = true;
    // Far more than ring and socket hold: it would never return if the reader waited for the disk.
    for (int i = 0; i < 5000; ++i) REQUIRE(sender.send(data_frame(numbered(i))));
    REQUIRE(wait_until([&] { return world.counters().frames_received == 5000; }));
    CHECK(world.rejected(FrameRejection::ring_full) > 4000);
    CHECK(world.intake().frames_in_ring() + world.rejected(FrameRejection::ring_full) == 5000);
    // Connections that come and go over a full ring do not harm it.
    for (int i = 0; i < 100; ++i)
        Sender(world.socket()).send(ready() + start() + data_frame(numbered(i)) + stop());
    REQUIRE(wait_until(
        [&] { return world.counters().connections_accepted == 101 && world.counters().connections == 1; }));

    world.disk.hangs = false;
    world.disk.hangs.notify_all();
    REQUIRE(wait_until([&] { return world.intake().frames_in_ring() == 0; }));
    REQUIRE(sender.send(data_frame(numbered(5000))));
    const auto stored = world.stop();
    CHECK(in_order(stored));
    CHECK(stored.back().bytes == numbered(5000));
}

TEST_CASE("when the disk still fails at the agent's end, routes can have all that memory holds") {
    IntakeWorld world(small_ring());
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready() + start() + data_frame(numbered(0))));
    REQUIRE(wait_until([&] { return world.counters().frames_appended == 1; }));
    world.disk.write_error = EIO;
    for (int i = 1; i < 100; ++i) REQUIRE(sender.send(data_frame(numbered(i))));
    REQUIRE(wait_until([&] { return world.counters().frames_received == 100; }));
    const auto stored = world.stop();
    CHECK(stored.size() == 100);
    CHECK(in_order(stored));
}

TEST_CASE("where the newest are dropped, frames that a full spool refuses are counted under that reason") {
    SpoolOptions spool;
    spool.max_bytes = 256 * 1024;
    spool.when_full = WhenFull::drop_newest;
    IntakeWorld world(small_ring(), {"bind"}, 64, spool);
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready() + start()));
    for (int i = 0; i < 1000; ++i) REQUIRE(sender.send(data_frame(numbered(i))));
    REQUIRE(wait_until([&] { return world.counters().frames_received == 1000; }));
    const auto stored = world.stop();
    CHECK(in_order(stored));
    CHECK(stored.front().bytes == numbered(0));
    CHECK(world.rejected(FrameRejection::spool_full) > 500);
    CHECK(world.rejected(FrameRejection::disk) == 0);
    CHECK(world.count_events(IntakeEvent::Kind::disk_failing) == 0);
}

TEST_CASE("where the newest are dropped, frames that neither disk nor memory takes are the disk's") {
    SpoolOptions spool;
    spool.tail_bytes = 64 * 1024;
    spool.when_full = WhenFull::drop_newest;
    IntakeWorld world(small_ring(), {"bind"}, 64, spool);
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready() + start()));
    world.disk.write_error = EIO;
    for (int i = 0; i < 1000; ++i) REQUIRE(sender.send(data_frame(numbered(i))));
    REQUIRE(wait_until([&] { return world.counters().frames_received == 1000; }));
    const auto stored = world.stop();
    CHECK(in_order(stored));
    CHECK(world.rejected(FrameRejection::disk) > 500);
    CHECK(world.rejected(FrameRejection::spool_full) == 0);
}

}  // namespace tapferry
