#include <doctest/doctest.h>

#include "agent/routes/rate_limit.h"
#include "agent/routes/refusal_brake.h"
#include "agent/routes/told_changes.h"

namespace tapferry {
namespace {

using namespace std::chrono_literals;

TEST_CASE("the brake takes hold when one more refusal of the last thousand would be too many") {
    RefusalBrake brake(0.05);
    for (int i = 0; i < 49; ++i) brake.refused();
    CHECK(!brake.at_limit());
    brake.refused();
    CHECK(brake.at_limit());
    brake.accepted(949);
    CHECK(brake.at_limit());
    brake.accepted(2);
    CHECK(!brake.at_limit());
    for (int i = 0; i < 100; ++i) brake.refused();
    CHECK(brake.at_limit());
    brake.forget();
    CHECK(!brake.at_limit());
}

TEST_CASE("with a share of 1 the brake never takes hold") {
    RefusalBrake brake(1);
    for (int i = 0; i < 5000; ++i) brake.refused();
    CHECK(!brake.at_limit());
}

TEST_CASE("what was sent is paid for before more goes, and idle time is not saved up") {
    RateLimit rate(1000);
    const RateLimit::Time begin{100s};
    rate.sent(500, begin);
    CHECK(rate.free_from() == begin + 500ms);
    rate.sent(500, begin + 500ms);
    CHECK(rate.free_from() == begin + 1s);
    rate.sent(1, begin + 1h);
    CHECK(rate.free_from() == begin + 1h + 1ms);
    CHECK(rate.most_at_once() == 100);
    CHECK(RateLimit(3).most_at_once() == 1);
    CHECK(!RateLimit(0).limits());
}

TEST_CASE("changes of state are told as long as they are few, then once a minute with their number") {
    ToldChanges changes;
    const ToldChanges::Time begin{100s};
    for (int i = 0; i < 10; ++i) CHECK(changes.change(begin + 1s * i) == 0);
    CHECK(!changes.due(begin + 10s));
    for (int i = 0; i < 7; ++i) CHECK(!changes.change(begin + 20s));
    CHECK(!changes.due(begin + 59s));
    CHECK(changes.due(begin + 61s) == 7);
    CHECK(!changes.change(begin + 62s));
    CHECK(changes.change(begin + 122s) == 1);
    CHECK(!changes.due(begin + 1h));
    for (int i = 0; i < 10; ++i) CHECK(changes.change(begin + 1h) == 0);
    CHECK(!changes.change(begin + 1h));
}

}  // namespace
}  // namespace tapferry
