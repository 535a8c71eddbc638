// What was given up of the spool stays given up, whatever happens to the connection and to the process.
#include <algorithm>
#include <map>

#include "tests/agent/routes/purge_route.h"
#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;
using Verdict = Outcome::Verdict;

// Batches of a hundred events.
DestinationConfig by_the_hundred(const RouteWorld& world) {
    auto destination = impatient(world);
    destination.batch.max_events = 100;
    return destination;
}

// A route whose far side has 200 events in hand and says nothing, and which was asked to give up what waits.
struct GaveUp {
    RouteWorld world;
    std::shared_ptr<SlowWord> word = std::make_shared<SlowWord>(2);
    std::uint64_t frames = 0;

    explicit GaveUp(bool notices = false) {
        world.log.append_captured(300);
        auto destination = by_the_hundred(world);
        destination.notices = notices;
        start_releasing(world, word, destination);
        REQUIRE(wait_until([&] { return word->holds(200); }));
        world.log.append_captured(40);
        frames = ask(world, RouteOrder::purge_spool).count;
    }
};

TEST_CASE("what is given up is lost at once; what was sent before is delivered when the far side says so") {
    GaveUp gave_up;
    RouteWorld& world = gave_up.world;
    const RouteStatus status = world.status();
    CHECK(purged(status) == gave_up.frames);
    CHECK(status.pending == status.in_flight);
    CHECK(status.pending + gave_up.frames == 340);
    world.log.append_captured(10);
    gave_up.word->accept_all();
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(purged(last) == gave_up.frames);
    CHECK(last.saved.given_up == GivenUp{});
    CHECK(last.saved.totals.delivered + gave_up.frames == 350);
    CHECK(gave_up.word->accepted().size() == last.saved.totals.delivered);
}

TEST_CASE("what was given up does not come back when what was sent before it has to be sent again") {
    GaveUp gave_up;
    RouteWorld& world = gave_up.world;
    CHECK(gave_up.frames == 140);
    say_retry(world, *gave_up.word);
    gave_up.word->accept_all();
    world.log.append_captured(10);
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(purged(last) == gave_up.frames);
    CHECK(ranges(gave_up.word->accepted()) == "1-200 341-350");
}

TEST_CASE("what was given up does not come back in batches that the next process cuts elsewhere") {
    RouteWorld world;
    const auto word = std::make_shared<SlowWord>(2);
    start_releasing(world, word, by_the_hundred(world));
    for (const std::uint64_t end : {60u, 120u}) {
        world.log.append_captured(60);
        REQUIRE(wait_until([&] { return word->holds(end); }));
    }
    world.log.append_captured(100);
    CHECK(ask(world, RouteOrder::purge_spool).count == 100);
    world.abandon();
    world.log.append_captured(10);
    const auto far_side = std::make_shared<FarSide>(takes_all());
    start(world, far_side, by_the_hundred(world));
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    CHECK(purged(world.stop()) == 100);
    CHECK(ranges(far_side->taken()) == "1-120 221-230");
}

TEST_CASE("what was given up does not come back with the next process, and is told there") {
    GaveUp gave_up(true);
    RouteWorld& world = gave_up.world;
    CHECK(gave_up.frames == 140);
    CHECK(number(world.route().saved_position()) == 1);
    world.abandon();
    world.log.append_captured(10);
    const auto far_side = std::make_shared<FarSide>(takes_all());
    auto destination = by_the_hundred(world);
    destination.notices = true;
    start(world, far_side, destination);
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(ranges(far_side->taken()) == "1-200 341-350");
    CHECK(purged(last) == gave_up.frames);
    const auto gaps = notices_in(far_side->notices(), "gap");
    REQUIRE(gaps.size() == 1);
    const auto gap = read_json(gaps[0]);
    CHECK(std::string(gap["notice"]["reason"].GetString()) == "purge");
    CHECK(gap["notice"]["first"].GetUint64() == 201u);
    CHECK(gap["notice"]["last"].GetUint64() == 340);
}

TEST_CASE("who gives up once more gives up what was on its way the first time and is not any more") {
    GaveUp gave_up;
    RouteWorld& world = gave_up.world;
    world.abandon();
    const auto far_side = std::make_shared<FarSide>(is_away());
    start(world, far_side, by_the_hundred(world));
    REQUIRE(wait_until([&] { return world.retries() > 0; }));
    CHECK(purged(world.status()) == 140);
    CHECK(ask(world, RouteOrder::purge_spool).count == 200);
    CHECK(purged(world.status()) == 340);
    CHECK(world.status().pending == 0);
    far_side->change(takes_all());
    world.log.append_captured(5);
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    CHECK(purged(world.stop()) == 340);
    CHECK(ranges(far_side->taken()) == "341-345");
}

TEST_CASE("the log need not be kept for what was given up, and the gap is told when the far side is back") {
    RouteWorld world;
    world.log.append_captured(500);
    const auto far_side = std::make_shared<FarSide>(is_away());
    auto destination = by_the_hundred(world);
    destination.notices = true;
    start(world, far_side, destination);
    REQUIRE(wait_until([&] { return world.retries() > 0; }));
    CHECK(ask(world, RouteOrder::purge_spool).count == 500);
    CHECK(number(world.route().saved_position()) == 501);
    world.log.append_captured(20);
    CHECK(ask(world, RouteOrder::purge_spool).count == 20);
    CHECK(ask(world, RouteOrder::purge_spool).count == 0);
    CHECK(purged(world.status()) == 520);
    world.abandon();
    far_side->change(takes_all());
    start(world, far_side, destination);
    world.log.append_captured(5);
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    CHECK(purged(world.stop()) == 520);
    CHECK(ranges(far_side->taken()) == "521-525");
    const auto gaps = notices_in(far_side->notices(), "gap");
    REQUIRE(gaps.size() == 1);
    CHECK(read_json(gaps[0])["notice"]["count"].GetUint64() == 520);
}

TEST_CASE("queries that wait behind what was sent are given up with the rest, over a reset too") {
    for (const bool reset : {false, true}) {
        CAPTURE(reset);
        RouteWorld world;
        const auto word = std::make_shared<SlowWord>();
        auto destination = by_the_hundred(world);
        destination.transactions = PairingOptions{};
        world.log.append({query({.id = 1}), response({.id = 1})}, {1'790'000'000, 0});
        std::vector<Frame> queries;
        for (std::uint16_t i = 2; i <= 11; ++i) queries.push_back(query({.id = i}));
        world.log.append(queries, {1'790'000'000, 0});
        start_releasing(world, word, destination);
        REQUIRE(wait_until([&] { return word->holds(2); }));
        world.log.append({query({.id = 20})}, {1'790'000'001, 0});
        const std::uint64_t frames = ask(world, RouteOrder::purge_spool).count;
        CHECK(frames == 11);
        if (reset) say_retry(world, *word);
        word->accept_all();
        world.log.append({response({.id = 5})}, {1'790'000'002, 0});
        CHECK(wait_until([&] { return world.status().pending == 0; }));
        const RouteStatus last = world.stop();
        CHECK(purged(last) == 11);
        CHECK(last.saved.open == 0);
        CHECK(ranges(word->accepted()) == "2-2 14-14");
    }
}

TEST_CASE("what lingers when it is given up is not sent before, though a notice waits at its place") {
    RouteWorld world;
    auto destination = impatient(world);
    destination.notices = true;
    destination.batch.max_events = 10;
    destination.batch.linger = std::chrono::hours{1};
    world.log.append_captured(10);
    const auto far_side = std::make_shared<FarSide>(is_away());
    start(world, far_side, destination);
    REQUIRE(world.wait_for_state(RouteStatus::State::retrying));
    // That it is back is to be told, and five events come meanwhile.
    far_side->change([&world](const FarSide::Sequences&, std::size_t) {
        if (world.end() == 11) world.log.append_captured(5);
        return accept();
    });
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 10; }));
    CHECK(ask(world, RouteOrder::purge_spool).count == 5);
    CHECK(ranges(far_side->taken()) == "1-10");
}

TEST_CASE("gaps that differ have ids that differ") {
    RouteWorld world;
    const auto word = std::make_shared<SlowWord>(2);
    auto destination = by_the_hundred(world);
    destination.notices = true;
    destination.batch.linger = std::chrono::hours{1};
    world.log.append_captured(340);
    start_releasing(world, word, destination);
    REQUIRE(wait_until([&] { return word->holds(200); }));
    CHECK(ask(world, RouteOrder::purge_spool).count == 140);
    word->say(Verdict::accepted);
    REQUIRE(wait_until([&] { return word->notices().size() == 1; }));
    world.log.append_captured(60);
    const OrderAnswer again = ask(world, RouteOrder::purge_spool);
    CHECK_MESSAGE(again.count == 60, again.words);
    say_retry(world, *word);
    word->accept_all();
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    CHECK(purged(world.stop()) == 200);
    std::map<std::string, std::string> gaps;
    for (const auto& line : notices_in(word->notices(), "gap")) {
        const auto gap = read_json(line);
        const std::string range = std::to_string(gap["notice"]["first"].GetUint64()) + "-" +
                                  std::to_string(gap["notice"]["last"].GetUint64());
        CHECK(gaps.emplace(gap["id"].GetString(), range).first->second == range);
    }
    CHECK(gaps.size() == 2);
}

TEST_CASE("who gives up once more before what was sent behind it is answered is told to wait") {
    GaveUp gave_up(true);
    RouteWorld& world = gave_up.world;
    gave_up.word->say(Verdict::accepted);
    REQUIRE(wait_until([&] { return gave_up.word->notices().size() == 1; }));
    world.log.append_captured(100);
    REQUIRE(wait_until([&] { return gave_up.word->holds(440); }));
    const OrderAnswer answer = ask(world, RouteOrder::purge_spool);
    CHECK(answer.result == OrderAnswer::Result::refused);
    CHECK(answer.words.find("on their way") != std::string::npos);
    CHECK(purged(world.status()) == 140);
    gave_up.word->accept_all();
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    CHECK(purged(world.stop()) == 140);
}

TEST_CASE(
    "who gives up once more behind what the log has dropped meanwhile is told to wait: no reason changes") {
    RouteWorld world({.all = 256 << 10, .segment = 32 << 10});
    const auto far_side = std::make_shared<FarSide>(is_away());
    auto destination = by_the_hundred(world);
    destination.notices = true;
    start(world, far_side, destination);
    world.log.append_captured(100);
    REQUIRE(wait_until([&] { return world.retries() > 0; }));
    CHECK(ask(world, RouteOrder::purge_spool).count == 100);
    world.log.append_captured(4000);
    const std::uint64_t dropped = number(world.log.spool().removed_before()) - 101;
    REQUIRE(dropped > 0);
    CHECK(wait_until([&] { return lost_by(world.status(), LossReason::retention) == dropped; }));
    const OrderAnswer answer = ask(world, RouteOrder::purge_spool);
    CHECK(answer.result == OrderAnswer::Result::refused);
    CHECK(answer.words.find("dropped") != std::string::npos);
    CHECK(purged(world.status()) == 100);
    CHECK(lost_by(world.status(), LossReason::retention) == dropped);
    far_side->change(takes_all());
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(purged(last) == 100);
    CHECK(lost_by(last, LossReason::retention) == dropped);
    CHECK(far_side->taken().size() + dropped == 4000);
}

TEST_CASE(
    "a far side that has everything in hand and says nothing is told as one that fails, until it does") {
    GaveUp silent;
    CHECK(silent.world.wait_for_state(RouteStatus::State::retrying));
    const RouteStatus status = silent.world.status();
    CHECK(status.words.find("takes nothing") != std::string::npos);
    CHECK(status.failing_since != 0);
    silent.word->accept_all();
    CHECK(wait_until([&] { return silent.world.status().failing_since == 0; }));
    CHECK(wait_until([&] { return silent.world.status().pending == 0; }));
    CHECK(silent.world.agent_log().find("delivering again") != std::string::npos);
}

}  // namespace
}  // namespace tapferry
