#include "agent/rates.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

Rates::Clock::time_point at(int seconds) {
    return Rates::Clock::time_point{std::chrono::seconds{seconds}};
}

TEST_CASE("a rate is what a counter grew by a second over the last ten") {
    Rates rates;
    CHECK(rates.of("a") == 0);
    for (int second = 0; second <= 100; ++second) {
        const auto grown = static_cast<std::uint64_t>(second < 50 ? 0 : (second - 50) * 7);
        rates.sample(at(second), {{"a", grown}});
    }
    CHECK(rates.of("a") == 7);
}

TEST_CASE("what is not counted in both samples, or went back, has no rate") {
    Rates rates;
    rates.sample(at(0), {{"a", 5}});
    CHECK(rates.of("a") == 0);
    rates.sample(at(1), {{"a", 3}, {"b", 9}});
    CHECK(rates.of("a") == 0);
    CHECK(rates.of("b") == 0);
    CHECK(rates.of("c") == 0);
}

}  // namespace
}  // namespace tapferry
