// Aggregates over a whole route: killed, retried and stopped in the middle of a window.
#include <map>

#include "tests/agent/json_lines.h"
#include "tests/agent/routes/route_fixture.h"
#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;

constexpr std::int64_t first_second = 1'790'000'000;
constexpr Timestamp at(std::int64_t second) {
    return {first_second + second, 0};
}

DestinationConfig summary_destination(const RouteWorld& world,
                                      std::chrono::milliseconds replay_window = none) {
    auto destination = world.destination(replay_window);
    SummaryOptions options;
    options.window = std::chrono::seconds{10};
    options.group_by = {"qname"};
    destination.format = options;
    return destination;
}

// So many responses, of three names in turn, received in that second.
void append_responses(RouteWorld& world, std::int64_t second, int count) {
    std::vector<Frame> frames;
    for (int i = 0; i < count; ++i)
        frames.push_back(response({.id = static_cast<std::uint16_t>(i),
                                   .name = std::string(1, static_cast<char>('a' + i % 3)) + ".test"}));
    world.log.append(frames, at(second));
}

// Stops it, with a window left open or not, and waits for what was sent.
RouteStatus stop(RouteWorld& world, std::chrono::milliseconds patience = whole_test) {
    const RouteStatus last = world.stop(patience);
    CHECK(wait_until([&] { return world.receiver.has_read_all(); }));
    return last;
}

// "a.test 10" …, sorted, each row once.
std::vector<std::string> rows_of(const std::vector<std::string>& lines) {
    std::map<std::string, std::string> rows;
    for (const auto& line : lines) {
        const auto json = read_json(line);
        const std::string id = json["id"].GetString();
        const std::string row = std::string{json["window_start"].GetString()} + " " +
                                json["qname"].GetString() + " " + std::to_string(json["count"].GetUint64());
        const auto known = rows.emplace(id, row).first;
        CHECK_MESSAGE(known->second == row, "a row that is sent again is the same row");
    }
    std::vector<std::string> sorted;
    for (const auto& [id, row] : rows) sorted.push_back(row);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

}  // namespace

TEST_CASE("the rows of a window go out when it is over, and not before; its events are in flight meanwhile") {
    RouteWorld world;
    world.receiver.open();
    world.start(summary_destination(world));
    append_responses(world, 0, 30);
    append_responses(world, 9, 3);
    REQUIRE(wait_until([&] { return world.status().in_flight == 33; }));
    CHECK(world.status().pending == 33);
    CHECK(world.receiver.line_count() == 0);
    append_responses(world, 10, 1);
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 33; }));
    CHECK(world.status().saved.totals.records == 3);
    REQUIRE(wait_until([&] { return world.log.spool().append_time(at(20)); }));
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 34; }));
    CHECK(world.status().pending == 0);
    CHECK(world.stop().saved.totals.records == 4);
    CHECK(rows_of(world.receiver.lines()) ==
          std::vector<std::string>{"2026-09-21T14:13:20Z a.test 11", "2026-09-21T14:13:20Z b.test 11",
                                   "2026-09-21T14:13:20Z c.test 11", "2026-09-21T14:13:30Z a.test 1"});
}

TEST_CASE("a stop leaves a window that is not over in the spool, without waiting for its end") {
    RouteWorld world;
    world.receiver.open();
    world.start(summary_destination(world));
    append_responses(world, 0, 30);
    append_responses(world, 10, 5);
    RouteStatus last = stop(world, std::chrono::hours{1});
    CHECK(number(last.saved.position) == 31);
    CHECK(last.pending == 5);
    CHECK(last.saved.totals.delivered == 30);
    world.abandon();
    world.log.reopen();
    append_responses(world, 12, 5);
    append_responses(world, 20, 1);
    world.start(summary_destination(world));
    last = stop(world);
    CHECK(last.saved.totals.delivered == 40);
    CHECK(last.saved.totals.repeated == 0);
    CHECK(rows_of(world.receiver.lines()) ==
          std::vector<std::string>{"2026-09-21T14:13:20Z a.test 10", "2026-09-21T14:13:20Z b.test 10",
                                   "2026-09-21T14:13:20Z c.test 10", "2026-09-21T14:13:30Z a.test 4",
                                   "2026-09-21T14:13:30Z b.test 4", "2026-09-21T14:13:30Z c.test 2"});
}

TEST_CASE("over kills and deaths of the receiver in the middle of windows the rows are the same") {
    std::vector<std::string> expected;
    for (const bool troubles : {false, true}) {
        RouteWorld world;
        world.receiver.open();
        const auto destination = summary_destination(world, troubles ? whole_test : none);
        world.start(destination);
        for (std::int64_t window = 0; window < 6; ++window) {
            append_responses(world, 10 * window, 300);
            append_responses(world, 10 * window + 5, 100);
            append_responses(world, 10 * window + 9, 20);
            if (!troubles) continue;
            REQUIRE(wait_until([&] { return world.status().in_flight >= 420; }));
            if (window % 2 == 0) {
                world.abandon();
                world.start(destination);
            } else {
                world.kill_receiver();
                world.receiver.open();
            }
        }
        world.log.append({garbage(5)}, at(1000));
        if (troubles) {
            world.abandon();
            world.start(summary_destination(world));
        }
        const RouteStatus last = stop(world);
        CHECK(last.saved.totals.delivered == 6 * 420);
        CHECK(last.saved.totals.records == 18);
        auto rows = rows_of(world.receiver.lines());
        if (!troubles) expected = rows;
        CHECK(rows == expected);
        CHECK(rows.size() == 18);
    }
}

TEST_CASE("unanswered queries are counted in the window in which they came to nothing") {
    RouteWorld world;
    world.receiver.open();
    auto destination = summary_destination(world);
    destination.transactions = PairingOptions{};
    std::get<SummaryOptions>(destination.format).group_by = {"qname", "type"};
    world.start(destination);
    world.log.append({query({.id = 1}), query({.id = 2}), response({.id = 1})}, at(7));
    REQUIRE(wait_until([&] { return world.log.spool().append_time(at(40)); }));
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 2; }));
    CHECK(world.stop().saved.open == 0);
    CHECK(rows_of(world.receiver.lines()) ==
          std::vector<std::string>{"2026-09-21T14:13:20Z a.test 1", "2026-09-21T14:13:30Z a.test 1"});
}

}  // namespace tapferry
