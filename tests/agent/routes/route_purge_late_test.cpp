// What was given up of the spool, beside what goes later.
#include <algorithm>

#include "tests/agent/routes/purge_route.h"

namespace tapferry {

using namespace test;
using Verdict = Outcome::Verdict;

TEST_CASE("what was given up is not taken for a backlog that goes later") {
    RouteWorld world;
    const auto word = std::make_shared<SlowWord>(2);
    world.log.append_captured(20);
    start_releasing(world, word, live_first(world));
    REQUIRE(wait_until([&] { return word->holds(20); }));
    world.log.append_captured(320);
    CHECK(ask(world, RouteOrder::purge_spool).count == 320);
    say_retry(world, *word);
    word->accept_all();
    world.log.append_captured(300);
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(purged(last) == 320);
    CHECK(ranges(word->accepted()) == "1-20 341-640");
}

TEST_CASE("of what comes back before what was given up only that goes later") {
    RouteWorld world;
    const auto word = std::make_shared<SlowWord>(15);
    world.log.append_captured(10);
    start_releasing(world, word, live_first(world));
    REQUIRE(wait_until([&] { return word->holds(10); }));
    world.log.append_captured(140);
    REQUIRE(wait_until([&] { return word->holds(150); }));
    world.log.append_captured(200);
    CHECK(ask(world, RouteOrder::purge_spool).count == 200);
    say_retry(world, *word);
    word->accept_all();
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(
        world.agent_log().find("140 events will go later, after those that come now: sequence numbers 11 to "
                               "150") != std::string::npos);
    CHECK(purged(last) == 200);
    CHECK(last.saved.totals.delivered == 150);
    CHECK(ranges(word->accepted()) == "1-150");
}

TEST_CASE("of what waits behind what was given up only that goes later, from wherever that is passed") {
    RouteWorld world;
    const auto far_side = far_side_that(is_away());
    far_side->trouble(Trouble{"it says nothing", false});
    world.log.append_captured(10);
    start(world, far_side, live_first(world));
    REQUIRE(wait_until([&] { return far_side->tries() == 1; }));
    // The gap of this is under way behind the ten when more is given up.
    world.log.append_captured(300);
    CHECK(ask(world, RouteOrder::purge_spool).count == 300);
    far_side->trouble(std::nullopt);
    REQUIRE(wait_until([&] { return world.retries() > 1; }));
    world.log.append_captured(300);
    CHECK(ask(world, RouteOrder::purge_spool).count == 300);
    world.log.append_captured(300);
    far_side->change(takes_from(911));
    REQUIRE(wait_until([&] { return !world.status().saved.late.empty(); }));
    CHECK(late_of(world.status()) == "611-910");
    far_side->change(takes_all());
    CHECK(purged(when_all_is_settled(world)) == 600);
    CHECK(ranges(far_side->taken()) == "1-10 611-910");
}

TEST_CASE("what was put off and is not passed yet is given up like all that waits") {
    RouteWorld world;
    world.log.append_captured(600);
    leave_late(world, 101, {{11, 31}, {41, 61}, {71, 91}});
    const auto word = std::make_shared<SlowWord>(2);
    start_releasing(world, word, live_first(world));
    // The first ten, and ten that are late; what stands between them goes later.
    REQUIRE(wait_until([&] { return word->holds(20); }));
    const OrderAnswer answer = ask(world, RouteOrder::purge_spool);
    CHECK_MESSAGE(answer.count == 490 + 50, answer.words);
    CHECK(purged(world.status()) == answer.count);
    // The first ten are passed while those that are late are not.
    word->accept_first();
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 50; }));
    CHECK(world.status().saved.late.size() == most_late_stretches);
    word->accept_all();
    world.log.append_captured(10);
    const RouteStatus last = when_all_is_settled(world);
    CHECK(wait_until([&] { return world.status().saved.late.empty(); }));
    CHECK(purged(last) == answer.count);
    CHECK(ranges(word->accepted()) == "11-20 101-110 601-610");
}

TEST_CASE("who gives up before what was sent behind what is put off is answered is told to wait") {
    RouteWorld world;
    world.log.append_captured(500);
    const auto word = std::make_shared<SlowWord>();
    start_releasing(world, word, live_first(world));
    REQUIRE(wait_until([&] {
        world.log.append_captured(1);
        for (std::uint64_t n = 501; n < world.end(); ++n)
            if (word->holds(n)) return true;
        return false;
    }));
    const OrderAnswer answer = ask(world, RouteOrder::purge_spool);
    CHECK(answer.result == OrderAnswer::Result::refused);
    CHECK(answer.words.find("go later") != std::string::npos);
    CHECK(purged(world.status()) == 0);
    word->accept_all();
    const RouteStatus last = when_all_is_settled(world);
    CHECK(last.saved.totals.delivered == world.end() - 1);
}

TEST_CASE("the gap of what went later and was given up is told by the next process too") {
    // Beside frames that wait at the position, and alone.
    for (const std::uint64_t beside : {50u, 0u}) {
        CAPTURE(beside);
        RouteWorld world;
        auto destination = live_first(world);
        destination.notices = true;
        const auto far_side = with_put_off(world, 500, 0, destination);
        far_side->change(is_away());
        if (beside != 0) world.log.append_captured(beside);
        const std::uint64_t given_up = ask(world, RouteOrder::purge_spool).count;
        CHECK(given_up > 400);
        CHECK(purged(world.status()) == given_up);
        CHECK(number(world.route().saved_position()) > 500);
        world.abandon();
        start(world, far_side, destination);
        CHECK(purged(world.status()) == given_up);
        far_side->change(takes_all());
        CHECK(wait_until([&] { return world.status().pending == 0 && world.status().saved.late.empty(); }));
        CHECK(purged(world.stop()) == given_up);
        auto accounted = far_side->taken();
        for (const auto& line : notices_in(far_side->notices(), "gap")) {
            const auto gap = read_json(line);
            for (auto n = gap["notice"]["first"].GetUint64(); n <= gap["notice"]["last"].GetUint64(); ++n)
                accounted.push_back(n);
        }
        std::sort(accounted.begin(), accounted.end());
        CHECK(ranges(accounted) == range(1, 501 + beside));
    }
}

TEST_CASE("of what goes later only what is left is given up") {
    RouteWorld world;
    const auto far_side = with_put_off(world, 500, 0, live_first(world));
    far_side->change([](const FarSide::Sequences& records, std::size_t) {
        return records.front() <= 100 ? accept() : answer(Verdict::retry, "busy");
    });
    REQUIRE(wait_until([&] { return late_of(world.status()) == "101-500"; }));
    CHECK(ask(world, RouteOrder::purge_spool).count == 400);
    CHECK(purged(world.status()) == 400);
    far_side->change(takes_all());
    world.log.append_captured(10);
    CHECK(purged(when_all_is_settled(world)) == 400);
    CHECK(ranges(far_side->taken()) == "1-100 501-510");
}

TEST_CASE("what goes later and is on its way goes on; the rest of it is given up") {
    RouteWorld world;
    const auto word = std::make_shared<SlowWord>(5);
    world.log.append_captured(500);
    start_releasing(world, word, live_first(world));
    REQUIRE(wait_until([&] {
        if (!world.status().saved.late.empty()) return true;
        word->say(Verdict::accepted);
        return false;
    }));
    REQUIRE(wait_until([&] { return !word->has_room(); }));
    const std::uint64_t given_up = ask(world, RouteOrder::purge_spool).count;
    CHECK(given_up > 400);
    CHECK(purged(world.status()) == given_up);
    world.log.append_captured(10);
    word->accept_all();
    CHECK(purged(when_all_is_settled(world)) == given_up);
    CHECK(ranges(word->accepted()) == range(1, 501 - given_up) + " 501-510");
}

}  // namespace tapferry
