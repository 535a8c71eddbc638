// catch_up = "live_first": after an outage what comes goes first, and what waited is delivered later.
#include <algorithm>
#include <deque>
#include <fstream>
#include <thread>

#include "agent/routes/late_stretches.h"
#include "encoders/encoder.h"
#include "tests/agent/routes/late_route.h"
#include "tests/agent/routes/releasing_transport.h"

namespace tapferry {
namespace {

using namespace test;
using namespace std::chrono_literals;
using State = RouteStatus::State;
using Verdict = Outcome::Verdict;
using Sequences = FarSide::Sequences;

TEST_CASE("after an outage what comes goes first, and what waited follows in order, each once") {
    RouteWorld world;
    const auto far_side = with_put_off(world, 500, 100, live_first(world));
    REQUIRE(wait_until([&] { return world.status().saved.totals.delivered == 110; }));
    const RouteStatus status = world.status();
    CHECK(late_of(status) == "11-500");
    CHECK(number(status.saved.position) == 601);
    CHECK(status.pending == 490);
    CHECK(wait_until([&] { return number(world.route().saved_position()) == 11; }));
    far_side->change(takes_all());
    const RouteStatus last = when_all_is_settled(world);
    CHECK(ranges(far_side->taken()) == "1-10 501-600 11-500");
    CHECK(last.saved.late.empty());
    CHECK(last.saved.totals.delivered == 600);
    CHECK(last.saved.totals.repeated == 0);
    CHECK(world.agent_log().find(
              "490 events will go later, after those that come now: sequence numbers 11 to 500") !=
          std::string::npos);
    CHECK(world.agent_log().find("all events that were to go later are dealt with") != std::string::npos);
}

TEST_CASE("the log counts what goes later among what is behind") {
    RouteWorld world;
    const auto far_side = with_put_off(world, 500, 0, live_first(world));
    CHECK(wait_until(
        [&] { return world.agent_log().find("retrying: busy; 490 events behind") != std::string::npos; }));
}

TEST_CASE("what comes while a late stretch is on its way goes before what is left of it") {
    RouteWorld world;
    auto destination = live_first(world);
    destination.catch_up_rate = 1000;  // a hundred at once, so that there is something in between
    destination.batch.max_events = 20;
    const auto far_side = far_side_that(is_away(), 3);
    world.log.append_captured(2000);
    start(world, far_side, destination);
    REQUIRE(world.wait_for_state(State::retrying));
    far_side->change(takes_all());
    REQUIRE(wait_until([&] { return has_taken(*far_side, 300); }));
    world.log.append_captured(50);
    REQUIRE(wait_until([&] { return has_taken(*far_side, 2050); }));
    CHECK(!has_taken(*far_side, 2000));
    when_all_is_settled(world);
    CHECK(ranges(without_repeats(far_side->taken())) == "1-2050");
    CHECK(far_side->taken().size() == 2050);
}

TEST_CASE("with oldest_first, and where little waits, nothing is put off") {
    for (const std::size_t waiting : {110u, 2000u}) {
        RouteWorld world;
        auto destination = live_first(world);
        if (waiting == 2000) destination.catch_up = CatchUp::oldest_first;
        const auto far_side = far_side_that(is_away());
        world.log.append_captured(waiting);
        start(world, far_side, destination);
        REQUIRE(world.wait_for_state(State::retrying));
        far_side->change(takes_all());
        when_all_is_settled(world);
        CHECK(ranges(far_side->taken()) == range(1, waiting + 1));
        CHECK(world.agent_log().find("go later") == std::string::npos);
    }
}

TEST_CASE("what waits when the agent starts is put off as soon as the destination has taken something") {
    RouteWorld world;
    world.log.append_captured(500);
    const auto far_side = far_side_that(takes_from(501));
    start(world, far_side, live_first(world));
    REQUIRE(wait_until([&] { return !world.status().saved.late.empty(); }));
    CHECK(number(world.status().saved.position) == 501);
    far_side->change(takes_all());
    when_all_is_settled(world);
    CHECK(ranges(without_repeats(far_side->taken())) == "1-500");
}

TEST_CASE(
    "a late stretch that an earlier process left is finished, also when the key says oldest_first again") {
    for (const auto catch_up : {CatchUp::live_first, CatchUp::oldest_first}) {
        RouteWorld world;
        auto destination = live_first(world);
        auto far_side = with_put_off(world, 500, 100, destination);
        const RouteStatus stopped = world.stop(0ms);
        CHECK(late_of(stopped) == "11-500");
        world.abandon();
        world.log.reopen();
        destination.catch_up = catch_up;
        far_side = far_side_that(takes_all());
        start(world, far_side, destination);
        const RouteStatus last = when_all_is_settled(world);
        CHECK(ranges(far_side->taken()) == "11-500");
        CHECK(last.saved.totals.delivered == 600);
        CHECK(last.saved.totals.repeated == 0);
    }
}

TEST_CASE("a stop delivers what comes, and leaves what is late to the next start") {
    RouteWorld world;
    auto destination = live_first(world);
    destination.catch_up_rate = 1;
    const auto far_side = far_side_that(takes_all());
    world.log.append_captured(5000);
    start(world, far_side, destination);
    REQUIRE(wait_until([&] { return !world.status().saved.late.empty(); }));
    world.log.append_captured(30);
    const RouteStatus last = world.stop();
    CHECK(has_taken(*far_side, 5030));
    CHECK(!has_taken(*far_side, 5000));
    CHECK(last.saved.late.size() == 1);
    CHECK(last.pending == late_frames(last.saved));
}

// Says what became of a batch when it is asked for the third time.
class Slow : public Transport {
  public:
    explicit Slow(std::shared_ptr<FarSide> far_side) : far_side_(std::move(far_side)) {}
    bool submit(const Batch& batch, Ticket ticket, Deadline) override {
        outcomes_.push_back(far_side_->answer(batch, ticket));
        return true;
    }
    std::optional<Outcome> wait(Deadline deadline) override {
        if (outcomes_.empty() || ++asked_ < 3) {
            std::this_thread::sleep_until(deadline);
            return std::nullopt;
        }
        asked_ = 0;
        Outcome outcome = std::move(outcomes_.front());
        outcomes_.pop_front();
        return outcome;
    }
    void finish(Deadline) override {}

  private:
    std::shared_ptr<FarSide> far_side_;
    std::deque<Outcome> outcomes_;
    int asked_ = 0;
};

TEST_CASE("a stop while a late batch is on its way fills no more of them, however willing the far side is") {
    RouteWorld world;
    world.log.append_captured(500);
    leave_late(world, 501, {{11, 501}});
    const auto far_side = far_side_that([&world](const Sequences& records, std::size_t) {
        if (records.front() == 11) world.route().stop(std::chrono::steady_clock::now() + whole_test);
        return accept();
    });
    world.start(live_first(world), {std::make_unique<Slow>(far_side), nullptr});
    REQUIRE(world.wait_for_state(State::stopped));
    CHECK(ranges(far_side->taken()) == "11-20");
    CHECK(late_of(world.stop()) == "21-500");
}

TEST_CASE("a stop waits until the far side has said what becomes of late batches that it has in hand") {
    RouteWorld world;
    world.log.append_captured(40);
    leave_late(world, 41, {{11, 31}});
    const auto word = std::make_shared<SlowWord>();
    world.start(live_first(world), {std::make_unique<Releasing>(word), nullptr});
    REQUIRE(wait_until([&] { return word->holds(30); }));
    const RouteStatus last = world.stop();
    CHECK(last.saved.late.empty());
    CHECK(last.saved.totals.delivered == 40);
    CHECK(ranges(word->accepted()) == "11-30");
}

TEST_CASE("a stop puts nothing off: what waits is delivered in order before the end") {
    RouteWorld world;
    world.log.append_captured(500);
    const auto far_side = far_side_that([&world](const Sequences& records, std::size_t) {
        if (records.front() == 1) world.route().stop(std::chrono::steady_clock::now() + whole_test);
        return accept();
    });
    start(world, far_side, live_first(world));
    REQUIRE(world.wait_for_state(State::stopped));
    CHECK(world.stop().saved.late.empty());
    CHECK(ranges(far_side->taken()) == "1-500");
}

TEST_CASE("what comes is sent before a late batch is as much as filled beside it") {
    RouteWorld world;
    world.log.append_captured(40);
    leave_late(world, 41, {{11, 31}});
    world.log.append_captured(30);
    std::vector<std::uint64_t> in_flight;
    const auto far_side = far_side_that([&](const Sequences&, std::size_t) {
        in_flight.push_back(world.route().status().in_flight);
        return accept();
    });
    start(world, far_side, live_first(world));
    when_all_is_settled(world);
    (void)world.stop();
    CHECK(ranges(far_side->taken()) == "41-70 11-30");
    CHECK(in_flight == std::vector<std::uint64_t>(5, 10));
}

// What waits is put off while a part of the first batch waits, and so is what comes with an outage behind it.
TEST_CASE("there are four late stretches at most, also while one is put off and not passed yet") {
    RouteWorld world;
    world.log.append_captured(600);
    leave_late(world, 101, {{11, 31}, {41, 61}, {71, 91}});
    const auto far_side = far_side_that([&world, tries = 0](const Sequences& records, std::size_t) mutable {
        Outcome busy = answer(Verdict::retry, "busy");
        if (records.front() <= 100) return busy;
        switch (++tries) {
            case 1:
                busy.done = 5;
                return busy;
            case 2:
                return answer(Verdict::too_big, "413");
            case 3:
                world.log.append_captured(300);
                return busy;
            default:
                return accept();
        }
    });
    start(world, far_side, live_first(world));
    REQUIRE(wait_until([&] { return has_taken(*far_side, 900); }));
    CHECK(late_of(world.status()) == "11-30 41-60 71-90 111-600");
    far_side->change(takes_all());
    when_all_is_settled(world);
    CHECK(ranges(far_side->taken()) == "101-110 601-900 11-30 41-60 71-90 111-600");
}

// The far side takes so many records and no more; then the route is gone, with a position file as it was some
// time before, as after a crash.
TEST_CASE("wherever it ends, and however old its saved position is, it repeats some and loses none") {
    for (std::size_t taken = 0; taken < 640; taken += 37) {
        for (const bool crash : {false, true}) {
            CAPTURE(taken);
            CAPTURE(crash);
            RouteWorld world;
            world.log.append_captured(500);
            std::size_t left = taken;
            auto far_side = far_side_that([&left](const Sequences& records, std::size_t) {
                if (left < records.size()) return answer(Verdict::retry, "busy");
                left -= records.size();
                return accept();
            });
            start(world, far_side, live_first(world));
            if (taken > 100) REQUIRE(wait_until([&] { return far_side->taken().size() >= 60; }));
            const std::string before = content_of(world.position_file());
            world.log.append_captured(140);
            REQUIRE(wait_until([&] { return far_side->taken().size() + 20 > taken && world.retries() > 0; }));
            world.abandon();
            auto came = far_side->taken();
            if (crash) std::ofstream(world.position_file(), std::ios::binary) << before;
            world.log.reopen();
            far_side = far_side_that(takes_all());
            start(world, far_side, live_first(world));
            const RouteStatus last = when_all_is_settled(world);
            for (const auto sequence : far_side->taken()) came.push_back(sequence);
            CHECK(ranges(without_repeats(came)) == "1-640");
            CHECK(last.saved.totals.delivered == 640);
            if (!crash) CHECK(came.size() == 640);
        }
    }
}

TEST_CASE("what was released and comes back makes the route read again, late and live") {
    RouteWorld world;
    world.log.append_captured(500);
    const auto word = std::make_shared<SlowWord>();
    world.start(live_first(world), {std::make_unique<Releasing>(word), nullptr});
    // The stretch is late when what was sent before it is accepted.
    REQUIRE(wait_until([&] {
        if (!world.status().saved.late.empty()) return true;
        word->say(Verdict::accepted);
        return false;
    }));
    REQUIRE(wait_until([&] { return word->holds(450); }));
    world.log.append_captured(50);
    REQUIRE(wait_until([&] { return word->holds(550); }));
    word->say(Verdict::retry);
    REQUIRE(wait_until([&] { return world.retries() > 0; }));
    word->accept_all();
    const RouteStatus last = when_all_is_settled(world);
    CHECK(last.saved.totals.delivered == 550);
    CHECK(last.saved.totals.repeated > 0);
    CHECK(last.saved.late.empty());
    CHECK(ranges(word->accepted()) == "1-550");
}

TEST_CASE("each further outage is put off behind the ones before, up to four; then the oldest goes first") {
    RouteWorld world;
    auto far_side = with_put_off(world, 500, 10, live_first(world));
    for (const std::uint64_t outage : {2u, 3u, 4u}) {
        far_side->change(is_away());
        world.log.append_captured(200);
        const auto tries = world.retries();
        REQUIRE(wait_until([&] { return world.retries() > tries + 1; }));
        // What was on its way goes, all else of the outage is late.
        const std::uint64_t end = world.end();
        far_side->change([end, first = std::uint64_t{0}](const Sequences& records, std::size_t) mutable {
            if (records.front() <= 500) return answer(Verdict::retry, "busy");
            if (records.front() < end && first == 0) first = records.front();
            return records.front() >= end || records.front() == first ? accept()
                                                                      : answer(Verdict::retry, "busy");
        });
        REQUIRE(wait_until([&] { return world.status().saved.late.size() == outage; }));
        world.log.append_captured(10);
        REQUIRE(wait_until([&] { return has_taken(*far_side, world.end() - 1); }));
    }
    CHECK(wait_until([&] {
        const RouteStatus status = world.status();
        return status.pending == late_frames(status.saved);
    }));
    // There is no room for a fifth.
    far_side->change(is_away());
    world.log.append_captured(200);
    const auto tries = world.retries();
    REQUIRE(wait_until([&] { return world.retries() > tries + 1; }));
    const std::size_t before = far_side->taken().size();
    far_side->change(takes_from(world.end() - 200));
    REQUIRE(wait_until([&] { return has_taken(*far_side, world.end() - 1); }));
    CHECK(world.status().saved.late.size() == 4);
    const auto so_far = far_side->taken();
    CHECK(ranges({so_far.begin() + static_cast<std::ptrdiff_t>(before), so_far.end()}) ==
          range(world.end() - 200, world.end()));
    far_side->change(takes_all());
    const RouteStatus last = when_all_is_settled(world);
    const auto all = far_side->taken();
    const Sequences late(all.begin() + static_cast<std::ptrdiff_t>(so_far.size()), all.end());
    CHECK(rising(late));
    CHECK(late.front() == 11);
    CHECK(ranges(without_repeats(all)) == range(1, world.end()));
    CHECK(last.saved.totals.delivered == world.end() - 1);
}

TEST_CASE("what goes later is paced by its own rate: so many at once, and the next when they are paid for") {
    FilledSpool log;
    log.append_captured(1000);
    auto destination = json_destination(StdoutOptions{});
    destination.catch_up_rate = 500;
    Feed feed(destination, log.spool(), log.spool().reader(first_position), nullptr);
    InFlight in_flight(feed.make_batches(4));
    LateStretch stretch;
    stretch.to = Position{201};
    LateStretches late(destination, log.spool(), feed.filler().crashes(), {stretch});
    std::uint64_t events = 0;
    const auto begin = LateStretches::Time::clock::now();
    for (std::uint64_t name = 1; late.any(); ++name) {
        REQUIRE(late.next_turn(in_flight) != LateStretches::Time::max());
        auto batch = late.fill(in_flight, destination.batch);
        REQUIRE(batch);
        REQUIRE(batch->totals.rendered <= 50);
        events += batch->totals.rendered;
        late.cursor().submitted(stretch_of(Ticket{name}, *batch));
        in_flight.give_back(std::move(batch));
        if (late.next_turn(in_flight) != LateStretches::Time::max())
            CHECK(late.next_turn(in_flight) >= begin + events * 2ms);
        late.cursor().settle(Ticket{name}, 0, 0);
        late.go_on();
    }
    CHECK(events == 200);
}

}  // namespace
}  // namespace tapferry
