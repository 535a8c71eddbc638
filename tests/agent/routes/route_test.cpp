#include "agent/routes/route.h"

#include "tests/agent/json_lines.h"
#include "tests/agent/routes/route_fixture.h"

namespace tapferry {
namespace {

using namespace test;
using State = RouteStatus::State;

void start_with_batches_of_ten(RouteWorld& world, std::chrono::milliseconds linger) {
    world.receiver.open();
    auto destination = world.destination();
    destination.batch.max_events = 10;
    destination.batch.linger = linger;
    world.start(destination);
}

TEST_CASE("everything arrives once and in order, what was there before and what comes while it runs") {
    RouteWorld world;
    world.receiver.open();
    world.log.append_captured(1000);
    world.start(world.destination());
    for (int i = 0; i < 40; ++i) {
        world.log.append_captured(50);
        (void)world.status();
    }
    const RouteStatus last = world.stop();
    CHECK(ranges(sequences_of(world.receiver.lines())) == range(1, 3001));
    CHECK(last.saved.totals.delivered == 3000);
    CHECK(last.saved.totals.records == 3000);
    CHECK(last.saved.totals.repeated == 0);
    CHECK(last.pending == 0);
    CHECK(last.in_flight == 0);
    CHECK(number(world.route().saved_position()) == 3001);
    CHECK(world.receiver.connections_seen() == 1);
}

TEST_CASE("the position follows without a stop, once the window has passed") {
    RouteWorld world;
    world.receiver.open();
    world.log.append_captured(500);
    world.start(world.destination());
    CHECK(wait_until([&] { return number(world.route().saved_position()) == 501; }));
    CHECK(wait_until([&] { return world.status().state == State::idle; }));
    CHECK(world.status().lag_seconds == 0);
    CHECK(world.status().pending == 0);
}

TEST_CASE("a receiver that refuses at first gets everything once it is there") {
    RouteWorld world;
    world.log.append_captured(1500);
    world.start(world.destination());
    REQUIRE(world.wait_for_state(State::retrying));
    RouteStatus failing = world.status();
    CHECK(failing.failing_since > 0);
    CHECK(failing.words.find(world.receiver.address().text) != std::string::npos);
    CHECK(failing.words.find("refused") != std::string::npos);
    CHECK(failing.pending == 1500);
    CHECK(failing.saved.totals.delivered == 0);
    world.receiver.open();
    REQUIRE(wait_until([&] { return number(world.route().saved_position()) == 1501; }));
    const RouteStatus back = world.status();
    CHECK(back.failing_since == 0);
    CHECK(back.words.empty());
    CHECK(ranges(sequences_of(world.receiver.lines())) == range(1, 1501));
    CHECK(world.stop().saved.totals.repeated == 0);
}

TEST_CASE("one line in the agent's log says that it fails and one that it delivers again") {
    RouteWorld world;
    world.log.append_captured(100);
    world.start(world.destination());
    REQUIRE(wait_until([&] { return world.retries() >= 5; }));
    world.receiver.open();
    (void)world.stop();
    const auto lines = lines_of(world.agent_log());
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find(" warn siem: retrying: ") != std::string::npos);
    CHECK(lines[0].ends_with("; 100 events behind"));
    CHECK(lines[1].find(" info siem: delivering again after ") != std::string::npos);
}

TEST_CASE("a receiver that dies again and again misses nothing, and what goes again is counted") {
    RouteWorld world;
    world.receiver.open();
    world.start(world.destination(whole_test));
    for (int deaths = 1; deaths <= 4; ++deaths) {
        const std::size_t before = world.receiver.line_count();
        world.log.append_captured(800);
        REQUIRE(wait_until([&] { return world.receiver.line_count() >= before + 300; }));
        world.kill_receiver();
        const std::size_t connections = world.receiver.connections_seen();
        world.receiver.open();
        REQUIRE(wait_until([&] { return world.receiver.connections_seen() > connections; }));
    }
    world.log.append_captured(100);
    const RouteStatus last = world.stop();
    const auto came = sequences_of(world.receiver.lines());
    CHECK(ranges(without_repeats(came)) == range(1, 3301));
    CHECK(last.saved.totals.delivered == 3300);
    CHECK(last.saved.totals.repeated >= came.size() - 3300);
    CHECK(last.saved.totals.repeated > 0);
    CHECK(last.saved.totals.records == 3300);
    CHECK(last.pending == 0);
}

TEST_CASE("frames that no event can be made of are dead-lettered, and those around them delivered") {
    RouteWorld world;
    world.receiver.open();
    world.log.append_captured(10);
    world.log.append({garbage(20), garbage(300)});
    world.log.append_captured(10);
    world.start(world.destination());
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.read == 22);
    CHECK(last.saved.totals.undecodable == 2);
    CHECK(last.saved.totals.delivered == 20);
    CHECK(last.saved.totals.dead_lettered == 0);
    const auto letters = lines_of(world.dead_letters());
    REQUIRE(letters.size() == 2);
    CHECK(sequence_of(letters[0]) == 11);
    CHECK(read_json(letters[1])["frame"].GetStringLength() == 600);
    CHECK(world.receiver.line_count() == 20);
}

TEST_CASE("a route that wants nothing of what comes passes it without ever connecting") {
    RouteWorld world;
    world.receiver.open();
    world.log.append_captured(2000);
    auto destination = world.destination();
    destination.stages.selection = Selection::none();
    world.start(destination);
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.filtered == 2000);
    CHECK(number(last.saved.position) == 2001);
    CHECK(world.receiver.connections_seen() == 0);
}

TEST_CASE("an event that becomes several records is one event") {
    RouteWorld world;
    world.receiver.open();
    world.log.append_captured(2000);
    auto destination = world.destination();
    destination.format = PassivednsOptions{.mode = PassivednsOptions::Mode::each};
    world.start(destination);
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.delivered == last.saved.totals.rendered);
    CHECK(last.saved.totals.records == world.receiver.line_count());
    CHECK(last.saved.totals.records > 0);
}

TEST_CASE("a few events wait for company no longer than they may, a full batch not at all") {
    RouteWorld world;
    start_with_batches_of_ten(world, std::chrono::hours{1});
    world.log.append_captured(10);
    REQUIRE(wait_until([&] { return world.receiver.line_count() == 10; }));
    world.log.append_captured(3);
    // The stop does not wait for the other seven.
    const RouteStatus last = world.stop();
    CHECK(last.saved.totals.delivered == 13);
}

TEST_CASE("a batch that does not become full goes when it has lingered") {
    RouteWorld world;
    start_with_batches_of_ten(world, std::chrono::milliseconds{20});
    world.log.append_captured(3);
    CHECK(wait_until([&] { return world.receiver.line_count() == 3; }));
}

}  // namespace
}  // namespace tapferry
