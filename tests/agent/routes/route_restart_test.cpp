#include <fstream>

#include "tests/agent/routes/route_fixture.h"

namespace tapferry {
namespace {

using namespace test;
using State = RouteStatus::State;

// What comes to a destination that begins at the log's end, behind ten frames, and is started twice: with so
// many frames in its first life, and ten more before the second one.
std::string came_to_a_new_destination(std::size_t in_its_first_life) {
    RouteWorld world;
    world.receiver.open();
    auto destination = world.destination();
    destination.start = Start::newest;
    world.log.append_captured(10);
    world.start(destination);
    world.log.append_captured(in_its_first_life);
    (void)world.stop();
    world.abandon();
    world.log.append_captured(10);
    world.start(destination);
    (void)world.stop();
    return ranges(sequences_of(world.receiver.lines()));
}

TEST_CASE("a restart goes on from the saved position: nothing missing, nothing twice") {
    RouteWorld world;
    world.receiver.open();
    world.log.append_captured(700);
    world.start(world.destination());
    CHECK(world.stop().saved.totals.delivered == 700);
    world.abandon();
    world.log.append_captured(300);
    world.log.reopen();
    world.log.append_captured(100);
    world.start(world.destination());
    const RouteStatus last = world.stop();
    CHECK(ranges(sequences_of(world.receiver.lines())) == range(1, 1101));
    CHECK(last.saved.totals.delivered == 1100);
    CHECK(last.at_start.delivered == 700);
    CHECK(last.saved.totals.repeated == 0);
}

TEST_CASE("a stop while the destination is away leaves position and frames for the next start") {
    RouteWorld world;
    world.log.append_captured(400);
    world.start(world.destination());
    REQUIRE(world.wait_for_state(State::retrying));
    // It does not go on trying until the deadline.
    world.route().stop(std::chrono::steady_clock::now() + std::chrono::hours{1});
    REQUIRE(world.wait_for_state(State::stopped));
    RouteStatus last = world.stop();
    CHECK(number(last.saved.position) == 1);
    CHECK(last.pending == 400);
    CHECK(last.saved.totals.read == 0);
    world.abandon();
    world.log.reopen();
    world.receiver.open();
    world.start(world.destination());
    last = world.stop();
    CHECK(ranges(sequences_of(world.receiver.lines())) == range(1, 401));
    CHECK(last.saved.totals.delivered == 400);
    CHECK(last.saved.totals.repeated == 0);
}

TEST_CASE("a receiver that is silent cannot hold up a stop beyond its deadline, and misses nothing later") {
    RouteWorld world;
    world.receiver.fall_silent();
    world.log.append_captured(20'000);  // more than the kernels' buffers take
    world.start(world.destination());
    REQUIRE(wait_until([&] { return world.receiver.connections_seen() == 1; }));
    RouteStatus last = world.stop(std::chrono::milliseconds{200});
    CHECK(last.pending > 0);
    world.abandon();
    world.receiver.kill();
    world.receiver.open();
    world.start(world.destination());
    last = world.stop();
    CHECK(number(last.saved.position) == world.end());
    const auto came = sequences_of(world.receiver.lines());
    // What the receiver's kernel had taken and lost is what a window of no length cannot give back.
    CHECK(rising(came));
    CHECK(came.back() == world.end() - 1);
    CHECK(last.saved.totals.delivered == world.end() - 1);
}

TEST_CASE("a route that is ended in the middle repeats at most what was not accepted, and misses nothing") {
    RouteWorld world;
    world.receiver.open();
    for (int i = 0; i < 5; ++i) {
        world.log.append_captured(600);
        const std::size_t before = world.receiver.line_count();
        world.start(world.destination(whole_test));
        REQUIRE(wait_until([&] { return world.receiver.line_count() >= before + 100; }));
        world.abandon();
    }
    world.start(world.destination());
    const RouteStatus last = world.stop();
    CHECK(ranges(without_repeats(sequences_of(world.receiver.lines()))) == range(1, 3001));
    CHECK(last.saved.totals.delivered == 3000);
}

TEST_CASE("a new destination begins at the log's end or at its beginning, as its configuration says") {
    for (const auto start : {Start::newest, Start::oldest}) {
        RouteWorld world;
        world.receiver.open();
        world.log.append_captured(50);
        auto destination = world.destination();
        destination.start = start;
        world.start(destination);
        world.log.append_captured(30);
        const RouteStatus last = world.stop();
        const std::uint64_t first = start == Start::newest ? 51 : 1;
        CHECK(number(last.saved.start) == first);
        CHECK(ranges(sequences_of(world.receiver.lines())) == range(first, 81));
    }
}

TEST_CASE("a position that is removed under a running route is saved anew, told, and gone on from") {
    RouteWorld world;
    world.receiver.open();
    world.log.append_captured(10);
    world.start(world.destination());
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    REQUIRE(std::filesystem::remove(world.position_file()));
    world.log.append_captured(10);
    REQUIRE(wait_until([&] { return std::filesystem::exists(world.position_file()); }));
    (void)world.stop();
    CHECK(world.agent_log().find("was removed from the disk; it is saved anew") != std::string::npos);
    world.log.append_captured(5);
    world.start(world.destination());
    (void)world.stop();
    CHECK(ranges(sequences_of(world.receiver.lines())) == range(1, 26));
    CHECK(world.receiver.lines().size() == 25);
}

TEST_CASE("where a destination begins is asked once: afterwards its position counts") {
    CHECK(came_to_a_new_destination(10) == range(11, 31));
}

TEST_CASE("a new destination that is stopped before its first frame begins there at the next start") {
    CHECK(came_to_a_new_destination(0) == range(11, 21));
}

TEST_CASE("a saved position that is damaged means reading the log again, told in the agent's log") {
    RouteWorld world;
    world.receiver.open();
    world.log.append_captured(100);
    world.start(world.destination());
    (void)world.stop();
    world.abandon();
    {
        std::fstream file(world.position_file(), std::ios::in | std::ios::out | std::ios::binary);
        const std::string noise(512, 'x');
        for (const int slot : {0, 4096}) {
            file.seekp(slot);
            file << noise;
        }
    }
    world.start(world.destination());
    const RouteStatus last = world.stop();
    CHECK(world.receiver.line_count() == 200);
    CHECK(ranges(without_repeats(sequences_of(world.receiver.lines()))) == range(1, 101));
    CHECK(last.saved.totals.delivered == 100);
    CHECK(world.agent_log().find("its saved position is damaged") != std::string::npos);
}

}  // namespace
}  // namespace tapferry
