#include "encoders/aggregate/log_buckets.h"

#include <doctest/doctest.h>

#include <cmath>

namespace tapferry {
namespace {

TEST_CASE("buckets lie one behind another without a gap, and hold every number once") {
    for (std::size_t bucket = 0; bucket < LogBuckets::count; ++bucket) {
        CAPTURE(bucket);
        const std::uint64_t begin = LogBuckets::begin(bucket);
        CHECK(LogBuckets::of(begin) == bucket);
        if (bucket != 0) CHECK(LogBuckets::of(begin - 1) == bucket - 1);
    }
    CHECK(LogBuckets::begin(0) == 0);
    CHECK(LogBuckets::of(UINT64_MAX) == LogBuckets::count - 1);
}

TEST_CASE("the middle of a bucket is at most 1.6 per cent off from its ends, and exact below 64") {
    for (std::size_t bucket = 0; bucket + 1 < LogBuckets::count; ++bucket) {
        CAPTURE(bucket);
        const auto begin = static_cast<double>(LogBuckets::begin(bucket));
        const auto last = static_cast<double>(LogBuckets::begin(bucket + 1) - 1);
        const auto middle = static_cast<double>(LogBuckets::middle(bucket));
        CHECK(LogBuckets::of(LogBuckets::middle(bucket)) == bucket);
        CHECK(std::abs(middle - begin) <= 0.016 * begin);
        CHECK(std::abs(last - middle) <= 0.016 * last);
        if (begin < 64) CHECK(middle == begin);
    }
}

}  // namespace
}  // namespace tapferry
