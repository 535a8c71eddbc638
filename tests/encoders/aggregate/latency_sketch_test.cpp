#include "encoders/aggregate/latency_sketch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace tapferry {
namespace {

std::uint64_t exact(std::vector<std::uint64_t> all, unsigned percent) {
    std::sort(all.begin(), all.end());
    return all[(all.size() * percent + 99) / 100 - 1];
}

}  // namespace

TEST_CASE("percentiles of up to 32 latencies are latencies that occurred") {
    LatencySketches sketches;
    LatencySketch sketch;
    CHECK_FALSE(sketches.percentile(sketch, 50));
    std::vector<std::uint64_t> all;
    std::mt19937_64 random(3);
    for (int i = 0; i < 32; ++i) {
        all.push_back(random() % 1'000'000'000);
        sketches.add(sketch, all.back());
        for (const unsigned percent : {1U, 50U, 95U, 99U, 100U})
            REQUIRE(sketches.percentile(sketch, percent) == exact(all, percent));
    }
}

TEST_CASE("percentiles of more are at most 1.6 percent off, from a microsecond to a day") {
    std::mt19937_64 random(5);
    for (const double spread : {0.1, 2.0, 9.0}) {
        std::lognormal_distribution<double> latency(std::log(2e6), spread);
        LatencySketches sketches;
        LatencySketch sketch;
        std::vector<std::uint64_t> all;
        for (int i = 0; i < 20'000; ++i) {
            all.push_back(static_cast<std::uint64_t>(std::clamp(latency(random), 1024.0, 8.64e13)));
            sketches.add(sketch, all.back());
        }
        for (const unsigned percent : {1U, 10U, 50U, 95U, 99U, 100U}) {
            CAPTURE(spread);
            CAPTURE(percent);
            const auto real = static_cast<double>(exact(all, percent));
            CHECK(std::abs(static_cast<double>(*sketches.percentile(sketch, percent)) / real - 1) <=
                  1.0 / 64);
        }
    }
}

TEST_CASE("latencies outside of the buckets fall into the nearest") {
    LatencySketches sketches;
    LatencySketch low;
    LatencySketch high;
    for (int i = 0; i < 33; ++i) {
        sketches.add(low, 1);
        sketches.add(high, ~std::uint64_t{0});
    }
    CHECK(*sketches.percentile(low, 50) < 1060);
    CHECK(*sketches.percentile(high, 50) > 138'000'000'000'000);
    CHECK(*sketches.percentile(high, 50) < 141'000'000'000'000);
}

TEST_CASE("latencies of 0 have their share of the percentiles, and are exactly 0 however many there are") {
    for (const unsigned others : {10U, 1000U}) {
        LatencySketches sketches;
        LatencySketch sketch;
        for (unsigned i = 0; i < 9 * others; ++i) sketches.add(sketch, 0);
        CHECK(sketches.percentile(sketch, 99) == 0U);
        for (unsigned i = 0; i < others; ++i) sketches.add(sketch, 4'000'000);
        CHECK(sketch.all() == 10U * others);
        CHECK(sketches.percentile(sketch, 50) == 0U);
        CHECK(sketches.percentile(sketch, 90) == 0U);
        const auto above = sketches.percentile(sketch, 91);
        REQUIRE(above);
        CHECK(static_cast<double>(*above) == doctest::Approx(4e6).epsilon(0.016));
    }
}

}  // namespace tapferry
