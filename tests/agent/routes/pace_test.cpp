#include "agent/routes/pace.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

using namespace std::chrono_literals;

constexpr Pace::Time begin{100s};

DestinationConfig destination() {
    DestinationConfig config;
    config.batch.max_events = 5000;
    config.retry = {10ms, 40ms};
    config.hold_above = 0.005;
    return config;
}

TEST_CASE("a destination that is away comes back with what it takes, and that is told once") {
    Pace pace(destination());
    CHECK(!pace.take_return());
    pace.taken();
    CHECK(pace.take_return());
    CHECK(!pace.take_return());
    pace.answered();
    CHECK(!pace.take_return());
    pace.failed(begin);
    CHECK(!pace.take_return());
    pace.answered();
    CHECK(pace.take_return());
}

TEST_CASE("after a failure there is a pause, then little goes, and with an answer all goes as before") {
    Pace pace(destination());
    CHECK(!pace.pauses_until());
    pace.failed(begin);
    REQUIRE(pace.pauses_until());
    CHECK(*pace.pauses_until() >= begin);
    CHECK(*pace.pauses_until() <= begin + 10ms);
    pace.end_pause();
    CHECK(!pace.pauses_until());
    CHECK(pace.one_at_a_time());
    CHECK(pace.limits().max_events == 100);
    CHECK(pace.most_records() == 100);
    pace.answered();
    CHECK(!pace.one_at_a_time());
    CHECK(pace.limits().max_events == 5000);
}

TEST_CASE("where only a person can help the pause is long, and no failure makes it shorter") {
    Pace pace(destination());
    pace.failed(begin, true);
    const auto until = pace.pauses_until().value();
    CHECK(until >= begin + 20ms);
    CHECK(until <= begin + 40ms);
    pace.failed(begin);
    CHECK(pace.pauses_until().value() >= until);
}

TEST_CASE("who asks to be left alone is, for five minutes at most") {
    Pace pace(destination());
    pace.failed(begin, false, 1min);
    CHECK(pace.pauses_until().value() == begin + 1min);
    pace.failed(begin, false, 24h);
    CHECK(pace.pauses_until().value() == begin + 5min);
}

TEST_CASE("who refuses too much is held until it is let go, and counts as away meanwhile") {
    Pace pace(destination());
    pace.answered();
    CHECK(pace.take_return());
    CHECK(pace.take_refusals(10, 4) == 4);
    CHECK(!pace.held());
    CHECK(pace.take_refusals(10, 4) == 1);
    CHECK(pace.held());
    CHECK(pace.one_at_a_time());
    CHECK(pace.most_records() == 10);
    CHECK(pace.take_refusals(2000, 1) == 0);
    pace.sent(10, Ticket{7}, begin);
    CHECK(pace.is_held_probe(Ticket{7}));
    pace.answered();
    CHECK(!pace.take_return());
    pace.stay_held(begin);
    CHECK(pace.pauses_until().value() >= begin + 20ms);
    pace.let_go();
    CHECK(!pace.held());
    CHECK(!pace.pauses_until());
    CHECK(!pace.is_held_probe(Ticket{7}));
    CHECK(pace.take_return());
}

TEST_CASE("when it is let go, what was refused before counts no more") {
    Pace pace(destination());
    CHECK(pace.take_refusals(0, 6) == 5);
    CHECK(pace.held());
    pace.let_go();
    CHECK(pace.take_refusals(0, 5) == 5);
    CHECK(!pace.held());
}

}  // namespace
}  // namespace tapferry
