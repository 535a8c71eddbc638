#include <algorithm>
#include <fstream>
#include <future>

#include "agent/letters/dead_letter_files.h"
#include "encoders/encoder.h"
#include "tests/agent/routes/scripted_route.h"
#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;
using namespace std::chrono_literals;
using State = RouteStatus::State;
using Verdict = Outcome::Verdict;
using Sequences = FarSide::Sequences;

std::filesystem::path letters_of(const RouteWorld& world) {
    return world.log.path("dead-letter/siem");
}

Outcome refuse_all(const Sequences& records, std::size_t first, std::string words) {
    Outcome outcome = answer(Verdict::refused, std::move(words));
    for (std::size_t i = 0; i < records.size(); ++i)
        outcome.refused_records.push_back(static_cast<std::uint32_t>(first + i));
    return outcome;
}

// Refuses every tenth record, and takes the others.
FarSide::Script refuses_tenths() {
    return [](const Sequences& records, std::size_t first) {
        Outcome outcome = accept();
        for (std::size_t i = 0; i < records.size(); ++i)
            if (records[i] % 10 == 0)
                outcome.refused_records.push_back(static_cast<std::uint32_t>(first + i));
        outcome.words = "400 no tenths";
        return outcome;
    };
}

Sequences tenths(std::uint64_t up_to) {
    Sequences all;
    for (std::uint64_t i = 10; i <= up_to; i += 10) all.push_back(i);
    return all;
}

Sequences taken_since(const FarSide& far_side, std::size_t before) {
    const Sequences all = far_side.taken();
    return {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()};
}

// A route that has delivered `count` events but the tenths.
std::shared_ptr<FarSide> with_dead_tenths(RouteWorld& world, std::size_t count, unsigned seed = 1) {
    world.log.append_captured(count);
    auto far_side = std::make_shared<FarSide>(refuses_tenths(), seed);
    start(world, far_side, impatient(world, 0.15), seed);
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    Sequences buried = dead(world);
    std::sort(buried.begin(), buried.end());
    REQUIRE(buried == tenths(count));
    return far_side;
}

bool nothing_waits(const RouteWorld& world) {
    return waiting_files(letters_of(world)).empty();
}

TEST_CASE("letters are sent again once, in order, and the ledger of the log knows nothing of it") {
    RouteWorld world;
    const auto far_side = with_dead_tenths(world, 500);
    const RouteStatus before = world.status();
    const std::size_t taken = far_side->taken().size();
    far_side->change(takes_all());
    const OrderAnswer answer = ask(world, RouteOrder::requeue);
    CHECK(answer.result == OrderAnswer::Result::done);
    CHECK(answer.count == 50);
    CHECK(wait_until([&] { return nothing_waits(world); }));
    CHECK(taken_since(*far_side, taken) == tenths(500));
    const RouteStatus last = world.stop();
    CHECK(last.letters.redelivered == 50);
    CHECK(last.letters.refused_again == 0);
    CHECK(last.saved.position == before.saved.position);
    CHECK(last.saved.totals.delivered == 450);
    CHECK(last.saved.totals.dead_lettered == 50);
    CHECK(last.dead_records == 50);
    CHECK(world.dead_letters().empty());
}

TEST_CASE("an order does not wait for a batch that lingers") {
    RouteWorld world;
    world.log.append_captured(100);
    auto far_side = std::make_shared<FarSide>(takes_all(), 1);
    auto destination = impatient(world);
    destination.batch.linger = std::chrono::hours{1};
    start(world, far_side, destination);
    std::promise<OrderAnswer> promise;
    auto answer = promise.get_future();
    // Whether it is asked before or while the route lingers: that must not end by itself.
    world.route().order(RouteOrder::requeue, [&](const OrderAnswer& given) { promise.set_value(given); });
    CHECK(answer.wait_for(30s) == std::future_status::ready);
    CHECK(far_side->taken().empty());
    std::promise<OrderAnswer> second;
    auto purged = second.get_future();
    world.route().order(RouteOrder::purge_spool, [&](const OrderAnswer& given) { second.set_value(given); });
    REQUIRE(purged.wait_for(30s) == std::future_status::ready);
    CHECK(purged.get().count == 100);
}

TEST_CASE("letters that the disk does not take are counted") {
    RouteWorld world;
    const auto in_the_way = letters_of(world).parent_path();
    std::filesystem::remove_all(in_the_way);
    std::ofstream(in_the_way) << "a file";
    world.log.append_captured(500);
    auto far_side = std::make_shared<FarSide>(refuses_tenths(), 1);
    start(world, far_side, impatient(world, 0.15));
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    CHECK(world.status().letters.not_kept == 50);
    std::filesystem::remove(in_the_way);
    world.log.append_captured(100);
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    CHECK(last.letters.not_kept == 50);
    CHECK(last.saved.totals.dead_lettered == 60);
    CHECK(dead(world).size() == 10);
}

TEST_CASE("what is refused again is a letter again, with the new words, and holds no destination") {
    RouteWorld world;
    const auto far_side = with_dead_tenths(world, 2000);
    far_side->change([](const Sequences& records, std::size_t first) {
        return refuse_all(records, first, "400 still not");
    });
    CHECK(ask(world, RouteOrder::requeue).count == 200);
    CHECK(wait_until([&] { return nothing_waits(world); }));
    CHECK(dead(world) == tenths(2000));
    CHECK(world.dead_letters().find("no tenths") == std::string::npos);
    const RouteStatus status = world.status();
    CHECK(status.state != State::held);
    CHECK(status.letters.refused_again == 200);
    CHECK(status.letters.redelivered == 0);
    CHECK(status.saved.totals.dead_lettered == 200);
}

TEST_CASE("letters for a far side that is away wait, also over a restart, and events of the log with them") {
    RouteWorld world;
    const auto far_side = with_dead_tenths(world, 300);
    const std::size_t taken = far_side->taken().size();
    far_side->change(is_away());
    CHECK(ask(world, RouteOrder::requeue).count == 30);
    CHECK(wait_until([&] { return world.retries() > 2; }));
    CHECK(ask(world, RouteOrder::requeue).result == OrderAnswer::Result::refused);
    world.abandon();
    CHECK(count_letters(waiting_files(letters_of(world))).letters == 30);
    world.log.append_captured(9);
    far_side->change(takes_all());
    start(world, far_side, impatient(world, 0.15));
    CHECK(wait_until([&] { return nothing_waits(world) && world.status().pending == 0; }));
    Sequences again = taken_since(*far_side, taken);
    std::sort(again.begin(), again.end());
    Sequences expected = tenths(300);
    for (std::uint64_t i = 301; i < 310; ++i) expected.push_back(i);
    CHECK(again == expected);
}

TEST_CASE(
    "letters and events of the log share a far side of several batches, and none is lost or told wrong") {
    for (unsigned seed = 2; seed < 6; ++seed) {
        CAPTURE(seed);
        RouteWorld world;
        const auto far_side = with_dead_tenths(world, 1000, seed);
        const std::size_t taken = far_side->taken().size();
        world.log.append_captured(2000);
        // Perhaps with some of what was appended just now.
        const std::uint64_t requeued = ask(world, RouteOrder::requeue).count;
        CHECK(requeued >= 100);
        CHECK(wait_until([&] { return nothing_waits(world) && world.status().pending == 0; }));
        // Those of before are refused again, and those of now with them.
        Sequences buried = dead(world);
        std::sort(buried.begin(), buried.end());
        CHECK(buried == tenths(3000));
        CHECK(taken_since(*far_side, taken).size() == 1800);
        const RouteStatus last = world.stop();
        CHECK(last.saved.totals.dead_lettered == 300);
        CHECK(last.letters.refused_again == requeued);
    }
}

TEST_CASE("letters that are purged are gone and counted, whether they were kept or waited") {
    RouteWorld world;
    const auto far_side = with_dead_tenths(world, 200);
    CHECK(ask(world, RouteOrder::purge_letters).count == 20);
    CHECK(world.dead_letters().empty());
    CHECK(world.status().letters.purged == 20);
    CHECK(ask(world, RouteOrder::purge_letters).count == 0);
    CHECK(ask(world, RouteOrder::requeue).count == 0);
    CHECK(world.status().saved.totals.dead_lettered == 20);
}

TEST_CASE("a backlog is given up at once and exactly, though the far side is away, and it is saved") {
    RouteWorld world;
    world.log.append_captured(5000);
    const auto far_side = std::make_shared<FarSide>(is_away());
    start(world, far_side, impatient(world, 0.15));
    REQUIRE(wait_until([&] { return world.retries() > 2; }));
    const OrderAnswer answer = ask(world, RouteOrder::purge_spool);
    CHECK(answer.result == OrderAnswer::Result::done);
    CHECK(answer.count == 5000);
    const RouteStatus status = world.status();
    CHECK(status.pending == 0);
    CHECK(lost_by(status, LossReason::purge) == 5000);
    CHECK(number(world.route().saved_position()) == world.end());
    CHECK(ask(world, RouteOrder::purge_spool).count == 0);
    world.abandon();
    world.log.append_captured(7);
    far_side->change(takes_all());
    start(world, far_side, impatient(world, 0.15));
    CHECK(wait_until([&] { return world.status().pending == 0; }));
    CHECK(ranges(far_side->taken()) == "5001-5007");
    CHECK(lost_by(world.stop(), LossReason::purge) == 5000);
}

TEST_CASE(
    "what is on its way when a backlog is given up arrives, or is tried again: each event has one fate") {
    for (unsigned seed = 1; seed < 6; ++seed) {
        CAPTURE(seed);
        RouteWorld world;
        world.log.append_captured(6000);
        const auto far_side = std::make_shared<FarSide>(takes_all(), seed);
        start(world, far_side, impatient(world, 0.15), seed);
        std::uint64_t given_up = 0;
        for (int i = 0; i < 4; ++i) {
            given_up += ask(world, RouteOrder::purge_spool).count;
            world.log.append_captured(1500);
        }
        CHECK(wait_until([&] { return world.status().pending == 0; }));
        const RouteStatus last = world.stop();
        CHECK(lost_by(last, LossReason::purge) == given_up);
        CHECK(far_side->taken().size() + given_up == 12000);
        CHECK(last.saved.totals.delivered == far_side->taken().size());
    }
}

TEST_CASE("queries that wait for their response are given up too, and no response finds them afterwards") {
    RouteWorld world;
    std::vector<Frame> queries;
    for (std::uint16_t i = 1; i <= 50; ++i) queries.push_back(query({.id = i}));
    world.log.append(queries, {1'790'000'000, 0});
    auto destination = impatient(world, 0.15);
    destination.transactions = PairingOptions{};
    const auto far_side = std::make_shared<FarSide>(takes_all());
    start(world, far_side, destination);
    REQUIRE(wait_until([&] { return world.status().saved.open == 50; }));
    CHECK(ask(world, RouteOrder::purge_spool).count == 50);
    const RouteStatus status = world.status();
    CHECK(status.saved.open == 0);
    CHECK(lost_by(status, LossReason::purge) == 50);
    CHECK(number(world.route().saved_position()) == world.end());
    world.log.append({response({.id = 7})}, {1'790'000'001, 0});
    CHECK(wait_until([&] { return world.status().saved.totals.delivered == 1; }));
    CHECK(world.stop().saved.totals.paired == 0);
}

TEST_CASE("an order to a route that has ended is answered: it is not carried out") {
    RouteWorld world;
    world.log.append_captured(10);
    start(world, std::make_shared<FarSide>(takes_all()), impatient(world, 0.15));
    static_cast<void>(world.stop());
    for (const auto order : {RouteOrder::requeue, RouteOrder::purge_letters, RouteOrder::purge_spool})
        CHECK(ask(world, order).result == OrderAnswer::Result::refused);
}

}  // namespace
}  // namespace tapferry
