// What is lost of what is delivered later, and what is told of it.
#include <algorithm>
#include <fstream>
#include <set>

#include "encoders/encoder.h"
#include "tests/agent/routes/late_route.h"

namespace tapferry {
namespace {

using namespace test;
using namespace std::chrono_literals;
using State = RouteStatus::State;
using Verdict = Outcome::Verdict;
using Sequences = FarSide::Sequences;

// The sequence numbers in lines "… events lost (REASON), sequence numbers 1 to 5".
std::vector<std::uint64_t> told_as_lost(const RouteWorld& world, const std::string& reason) {
    const std::string words = " events lost (" + reason + "), sequence numbers ";
    std::vector<std::uint64_t> lost;
    for (const auto& line : lines_of(world.agent_log())) {
        const auto at = line.find(words);
        if (at == std::string::npos) continue;
        const std::string told = line.substr(at + words.size());
        const std::uint64_t last = std::stoull(told.substr(told.find(" to ") + 4));
        for (std::uint64_t sequence = std::stoull(told); sequence <= last; ++sequence)
            lost.push_back(sequence);
    }
    return lost;
}

TEST_CASE("what the log drops of a late stretch is lost to the frame, and all the rest arrives") {
    RouteWorld world({.all = 256 << 10, .segment = 32 << 10});
    const auto far_side = with_put_off(world, 500, 0, live_first(world));
    for (int i = 0; i < 40; ++i) {
        world.log.append_captured(100);
        REQUIRE(wait_until([&] { return has_taken(*far_side, world.end() - 1); }));
        (void)world.status();
    }
    far_side->change(takes_all());
    const RouteStatus last = when_all_is_settled(world);
    const auto came = far_side->taken();
    const std::uint64_t lost = lost_by(last, LossReason::retention);
    CHECK(lost > 0);
    CHECK(came.size() + lost == 4500);
    CHECK(last.saved.totals.delivered == came.size());
    auto accounted = came;
    for (const auto sequence : told_as_lost(world, "retention")) accounted.push_back(sequence);
    std::sort(accounted.begin(), accounted.end());
    CHECK(ranges(accounted) == "1-4500");
}

TEST_CASE("a purge gives late stretches up too, counted and told with their ranges") {
    RouteWorld world;
    const auto far_side = with_put_off(world, 500, 100, live_first(world));
    far_side->change(is_away());
    world.log.append_captured(50);
    const OrderAnswer answer = ask(world, RouteOrder::purge_spool);
    CHECK(answer.result == OrderAnswer::Result::done);
    far_side->change(takes_all());
    world.log.append_captured(10);
    const RouteStatus last = when_all_is_settled(world);
    CHECK(last.saved.late.empty());
    CHECK(lost_by(last, LossReason::purge) == answer.count);
    CHECK(has_taken(*far_side, 660));
    auto accounted = far_side->taken();
    for (const auto sequence : told_as_lost(world, "purge")) accounted.push_back(sequence);
    std::sort(accounted.begin(), accounted.end());
    CHECK(ranges(accounted) == "1-660");
}

TEST_CASE("a purge gives up of late stretches what the log still has; what it has dropped keeps its reason") {
    RouteWorld world({.all = 256 << 10, .segment = 32 << 10});
    const auto far_side = with_put_off(world, 500, 0, live_first(world));
    const Position first = world.status().saved.late.front().position;
    while (world.log.spool().removed_before() <= first + 50) {
        world.log.append_captured(100);
        REQUIRE(wait_until([&] { return has_taken(*far_side, world.end() - 1); }));
    }
    const std::uint64_t dropped = distance(first, world.log.spool().removed_before());
    // But for what was read and waits to be sent.
    CHECK(lost_by(world.status(), LossReason::retention) <= dropped);
    const std::uint64_t late = late_frames(world.status().saved);
    REQUIRE(dropped < late);
    const OrderAnswer answer = ask(world, RouteOrder::purge_spool);
    CHECK(answer.result == OrderAnswer::Result::done);
    CHECK(answer.count == late - dropped);
    CHECK(lost_by(world.status(), LossReason::retention) == dropped);
    CHECK(lost_by(world.status(), LossReason::purge) == answer.count);
    far_side->change(takes_all());
    const RouteStatus last = when_all_is_settled(world);
    CHECK(wait_until([&] { return world.status().saved.late.empty(); }));
    CHECK(lost_by(last, LossReason::retention) == dropped);
    CHECK(lost_by(last, LossReason::purge) == answer.count);
    CHECK(told_as_lost(world, "retention").size() == dropped);
    CHECK(told_as_lost(world, "purge").size() == answer.count);
    CHECK(far_side->taken().size() == world.end() - 1 - dropped - answer.count);
}

TEST_CASE("notices of a route with late stretches count each frame once, and each has an id of its own") {
    RouteWorld world({.all = 1 << 30, .segment = 16 << 10});
    auto destination = live_first(world);
    destination.notices = true;
    std::int64_t second = 1'790'000'000;
    const auto append = [&](int blocks) {
        for (int i = 0; i < blocks; ++i) {
            std::vector<Frame> frames = read_capture("bind-sec");
            frames.resize(10);
            world.log.append(frames, {second, 0});
            second += 7;
        }
    };
    append(60);
    world.start(destination);
    REQUIRE(world.wait_for_state(State::retrying));
    world.receiver.open();
    REQUIRE(wait_until([&] { return world.agent_log().find("go later") != std::string::npos; }));
    append(20);
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    const RouteStatus last = world.stop();
    std::uint64_t counted = 0, events = 0;
    std::vector<std::string> ids;
    std::vector<std::uint64_t> numbers;
    for (const auto& line : world.receiver.lines()) {
        const auto json = read_json(line);
        ids.emplace_back(json["id"].GetString());
        if (!json.HasMember("notice")) {
            ++events;
        } else if (std::string_view(json["notice"]["what"].GetString()) == "ledger") {
            counted += json["notice"]["count"].GetUint64();
            for (auto n = json["notice"]["first"].GetUint64(); n <= json["notice"]["last"].GetUint64(); ++n)
                numbers.push_back(n);
        }
    }
    CHECK(events == 800);
    CHECK(counted + last.saved.notices.since.read == 800);
    std::sort(numbers.begin(), numbers.end());
    CHECK(ranges(numbers) == range(1, counted + 1));
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

}  // namespace
}  // namespace tapferry
