// Transactions over a whole route: killed, retried and stopped with queries that wait.
#include "tests/agent/json_lines.h"
#include "tests/agent/routes/route_fixture.h"
#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;

constexpr Timestamp received{1'790'000'000, 0};
constexpr Timestamp much_later{1'790'000'100, 0};

DestinationConfig pairing_destination(const RouteWorld& world,
                                      std::chrono::milliseconds replay_window = none) {
    auto destination = world.destination(replay_window);
    destination.transactions = PairingOptions{};
    return destination;
}

// So many exchanges, of which every fifth query has no response; queries first, a hundred at a time.
void append_exchanges(RouteWorld& world, std::uint16_t from, std::uint16_t count) {
    std::vector<Frame> frames;
    for (std::uint16_t id = from; id < from + count; ++id) frames.push_back(query({.id = id}));
    for (std::uint16_t id = from; id < from + count; ++id)
        if (id % 5 != 0) frames.push_back(response({.id = id, .seconds = 1'789'999'993}));
    world.log.append(frames, received);
}

std::size_t count_with(const std::vector<std::string>& lines, std::string_view text) {
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.find(text) != std::string::npos;
    }));
}

std::vector<std::string> without_repeats(std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    return lines;
}

}  // namespace

TEST_CASE("queries and responses arrive as one event, and what waits for nothing as unanswered") {
    RouteWorld world;
    world.receiver.open();
    append_exchanges(world, 0, 100);
    world.start(pairing_destination(world));
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 80; }));
    RouteStatus status = world.status();
    CHECK(status.saved.totals.paired == 80);
    CHECK(status.saved.open == 20);
    CHECK(status.saved.open_from == Position{1});
    CHECK(status.pending == 0);
    CHECK(number(status.saved.position) == world.end());
    // The route waits for the time; nothing else comes.
    REQUIRE(wait_until([&] { return world.log.spool().append_time(much_later); }));
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 100; }));
    status = world.stop();
    CHECK(status.saved.open == 0);
    CHECK(number(world.route().saved_position()) == world.end());
    const auto lines = world.receiver.lines();
    CHECK(lines.size() == 100);
    CHECK(count_with(lines, "\"latency\":3") == 80);
    CHECK(count_with(lines, "\"kind\":\"unanswered\"") == 20);
    // Nobody waits any more.
    CHECK(!world.log.spool().append_time({1'790'000'200, 0}));
}

TEST_CASE("a kill with waiting queries changes nothing of what arrives but repeats") {
    std::vector<std::string> expected;
    for (const bool kills : {false, true}) {
        RouteWorld world;
        world.receiver.open();
        const auto destination = pairing_destination(world, kills ? whole_test : none);
        world.start(destination);
        for (std::uint16_t round = 0; round < 5; ++round) {
            const std::size_t before = world.receiver.line_count();
            append_exchanges(world, static_cast<std::uint16_t>(200 * round), 200);
            REQUIRE(wait_until([&] { return world.receiver.line_count() >= before + 100; }));
            if (!kills) continue;
            world.abandon();
            world.start(destination);
        }
        if (kills) world.start(pairing_destination(world));
        world.log.append({response({.id = 5, .seconds = 1'789'999'993})}, {1'790'000'004, 0});
        world.log.append({response({.id = 65000})}, much_later);
        const RouteStatus last = world.stop();
        CHECK(last.saved.totals.paired == 801);
        CHECK(last.saved.open == 0);
        CHECK(last.saved.totals.delivered == last.saved.totals.rendered);
        auto lines = without_repeats(world.receiver.lines());
        // The incarnation is the run's.
        for (auto& line : lines) line.replace(line.find("\"id\":\"") + 6, 16, 16, '-');
        if (!kills) expected = lines;
        CHECK(lines == expected);
        CHECK(lines.size() == 1001);
    }
}

TEST_CASE("queries that waited at a stop are told after the next start, though no frame comes any more") {
    RouteWorld world;
    world.receiver.open();
    append_exchanges(world, 0, 10);
    world.start(pairing_destination(world));
    CHECK(world.stop().saved.open == 2);
    world.abandon();
    world.start(pairing_destination(world));
    REQUIRE(wait_until([&] { return world.log.spool().append_time(much_later); }));
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 10; }));
    CHECK(world.stop().saved.open == 0);
}

TEST_CASE("the log is kept from the oldest waiting query on, and a stop does not wait for it") {
    RouteWorld world({.all = 1 << 30, .segment = 4000});
    world.receiver.open();
    world.start(pairing_destination(world));
    append_exchanges(world, 1, 4);
    world.log.append({query({.id = 5000})}, received);
    for (std::uint16_t i = 0; i < 20; ++i) append_exchanges(world, static_cast<std::uint16_t>(10 * i + 1), 4);
    RouteStatus last = world.stop();
    CHECK(last.saved.open == 1);
    CHECK(last.pending == 0);
    CHECK(number(world.route().saved_position()) == 9);
    world.log.spool().trim(world.route().saved_position());
    world.abandon();
    world.log.reopen();
    world.log.append({response({.id = 5000, .seconds = 1'789'999'993})}, received);
    world.start(pairing_destination(world));
    last = world.stop();
    CHECK(last.saved.open == 0);
    CHECK(count_with(world.receiver.lines(), "\"dns_id\":5000") == 1);
    CHECK(world.receiver.lines().back().find("\"latency\":3") != std::string::npos);
}

TEST_CASE(
    "a receiver that dies while queries wait misses nothing, and none is told as unanswered too early") {
    RouteWorld world;
    world.receiver.open();
    world.start(pairing_destination(world, whole_test));
    for (std::uint16_t deaths = 0; deaths < 3; ++deaths) {
        const std::size_t before = world.receiver.line_count();
        const auto from = static_cast<std::uint16_t>(1000 * deaths);
        append_exchanges(world, from, 300);
        REQUIRE(wait_until([&] { return world.receiver.line_count() >= before + 200; }));
        world.kill_receiver();
        world.log.append({response({.id = from, .seconds = 1'789'999'994})}, received);
        const std::size_t connections = world.receiver.connections_seen();
        world.receiver.open();
        REQUIRE(wait_until([&] { return world.receiver.connections_seen() > connections; }));
    }
    const RouteStatus last = world.stop();
    const auto lines = without_repeats(world.receiver.lines());
    CHECK(lines.size() == 3 * 241);
    CHECK(count_with(lines, "unanswered") == 0);
    CHECK(count_with(lines, "\"latency\":4") == 3);
    CHECK(last.saved.open == 3 * 59);
    CHECK(last.saved.totals.paired == 3 * 241);
}

}  // namespace tapferry
