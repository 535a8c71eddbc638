#include "agent/inputs/event_brake.h"

#include <doctest/doctest.h>

namespace tapferry {

TEST_CASE("of many rejections in a second a handful is told, and the next one tells how many were not") {
    EventBrake brake(5);
    const std::chrono::steady_clock::time_point noon{std::chrono::hours{12}};
    for (int i = 0; i < 5; ++i) CHECK(brake.pass(noon) == 0);
    for (int i = 0; i < 37; ++i) CHECK_FALSE(brake.pass(noon + std::chrono::milliseconds{i}).has_value());
    CHECK(brake.pass(noon + std::chrono::seconds{1}) == 37);
    CHECK(brake.pass(noon + std::chrono::seconds{1}) == 0);
}

}  // namespace tapferry
