#include "encoders/aggregate/distinct_count.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

namespace tapferry {
namespace {

// Names that differ from those of another `series`.
std::string name(int series, int number) {
    return std::to_string(number) + ".s" + std::to_string(series) + ".example.test";
}

}  // namespace

TEST_CASE("up to 64 distinct things are counted exactly, however often they come") {
    DistinctCounts counts;
    DistinctCount count;
    CHECK(counts.estimate(count) == 0);
    for (int i = 0; i < 64; ++i) {
        for (int again = 0; again <= i; ++again) counts.add(count, name(0, again));
        REQUIRE(counts.estimate(count) == static_cast<std::uint64_t>(i) + 1);
    }
}

TEST_CASE("counts beyond that have the standard error that is promised, and no bias") {
    constexpr int series = 60;
    for (const int size : {65, 300, 2'000, 10'000, 20'000, 100'000}) {
        double squares = 0;
        double sum = 0;
        for (int s = 0; s < series; ++s) {
            DistinctCounts counts;
            DistinctCount count;
            for (int i = 0; i < size; ++i) counts.add(count, name(s, i));
            const double error = static_cast<double>(counts.estimate(count)) / size - 1;
            squares += error * error;
            sum += error;
            REQUIRE(std::abs(error) < 5 * 0.01625);
        }
        CAPTURE(size);
        // The deviation of 60 is itself known to a tenth; three of those are allowed.
        CHECK(std::sqrt(squares / series) < 0.01625 * 1.3);
        // Small counts are off by up to a half because they are whole.
        CHECK(std::abs(sum / series) < 3 * 0.01625 / std::sqrt(series) + 0.5 / size);
    }
}

TEST_CASE("the order and the repetitions of things change no count") {
    DistinctCounts counts;
    DistinctCount forward;
    DistinctCount backward;
    for (int i = 0; i < 5000; ++i) counts.add(forward, name(1, i));
    for (int round = 0; round < 2; ++round)
        for (int i = 5000; i-- > 0;) counts.add(backward, name(1, i));
    CHECK(counts.estimate(forward) == counts.estimate(backward));
}

TEST_CASE("what was cleared is used again and begins at nothing") {
    DistinctCounts counts;
    for (int round = 0; round < 3; ++round) {
        DistinctCount many;
        DistinctCount few;
        for (int i = 0; i < 100; ++i) counts.add(many, name(round, i));
        for (int i = 0; i < 10; ++i) counts.add(few, name(round, i));
        CHECK(counts.estimate(few) == 10);
        CHECK(counts.estimate(many) > 90);
        CHECK(counts.estimate(many) < 110);
        CHECK(counts.bytes() == 4096 + 2 * 512);
        counts.clear();
        CHECK(counts.bytes() == 0);
    }
}

}  // namespace tapferry
