#include "agent/commands/stats/log_histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace tapferry {
namespace {

TEST_CASE("a percentile is right within 1.6 per cent over fourteen orders of magnitude") {
    LogHistogram histogram;
    std::vector<std::uint64_t> values;
    std::mt19937_64 random(2);
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t value = random() >> (16 + random() % 48);
        values.push_back(value);
        histogram.add(value);
    }
    std::sort(values.begin(), values.end());
    for (const double share : {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1.0}) {
        CAPTURE(share);
        const auto index = static_cast<std::size_t>(share * static_cast<double>(values.size())) - 1;
        const auto truth = static_cast<double>(values[index]);
        CHECK(static_cast<double>(histogram.percentile(share)) == doctest::Approx(truth).epsilon(0.016));
    }
    CHECK(histogram.least() == values.front());
    CHECK(histogram.greatest() == values.back());
    CHECK(histogram.count() == values.size());
}

TEST_CASE("a percentile is never outside of what there was, and the last one is the greatest") {
    for (const std::uint64_t value : {1009ull, 1023ull}) {  // before and behind the middle of their bucket
        LogHistogram alike;
        for (int i = 0; i < 3; ++i) alike.add(value);
        CHECK(alike.percentile(0.5) == value);
    }
    LogHistogram histogram;
    for (const std::uint64_t value : {1ull, 2ull, 1009ull, 1020ull}) histogram.add(value);
    CHECK(histogram.percentile(1) == 1020);
    CHECK(histogram.percentile(0.25) == 1);
    CHECK(histogram.percentile(0.26) == 2);
    CHECK(histogram.mean() == 508);
}

TEST_CASE("ranges hold every value once, without a gap, and end with the greatest") {
    LogHistogram histogram;
    for (const std::uint64_t value : {1ull, 7ull, 9ull, 10ull, 14ull, 15ull, 1000ull}) histogram.add(value);
    const auto ranges = histogram.ranges();
    CHECK(ranges.front().from == 1);
    CHECK(ranges.back().from == 1000);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        count += ranges[i].count;
        if (i != 0) CHECK(ranges[i].from == ranges[i - 1].to);
        if (ranges[i].from == 7) CHECK(ranges[i].count == 2);
        if (ranges[i].from == 10) CHECK(ranges[i].count == 2);
    }
    CHECK(count == 7);
}

TEST_CASE("nothing, nought and the greatest number are values like others") {
    LogHistogram histogram;
    CHECK(histogram.ranges().empty());
    CHECK(histogram.percentile(0.5) == 0);
    histogram.add(0);
    histogram.add(UINT64_MAX);
    CHECK(histogram.percentile(0.5) == 0);
    CHECK(histogram.percentile(1) == UINT64_MAX);
    CHECK(histogram.ranges().front().count == 1);
    CHECK(histogram.ranges().back().count == 1);
}

TEST_CASE("noughts are counted apart, and leave no gap of empty ranges behind them") {
    LogHistogram histogram;
    for (int i = 0; i < 9; ++i) histogram.add(0);
    histogram.add(4'000'000);
    CHECK(histogram.zeros() == 9);
    CHECK(histogram.least() == 0);
    CHECK(histogram.least_above_0() == 4'000'000);
    CHECK(histogram.percentile(0.9) == 0);
    CHECK(histogram.percentile(0.95) == 4'000'000);
    REQUIRE(histogram.ranges().size() == 2);
    CHECK(histogram.ranges().front().count == 9);
    CHECK(histogram.ranges().back().from == 3'000'000);
}

}  // namespace
}  // namespace tapferry
