#include "agent/commands/stats/log_histogram.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "encoders/aggregate/log_buckets.h"

namespace tapferry {

namespace {

// Where ranges begin: 0, 1, 2, 3, 5, 7, 10, 15, 20 … up to 7 * 10^18.
constexpr auto beginnings = [] {
    std::array<std::uint64_t, 6 + 18 * 6> all{0, 1, 2, 3, 5, 7};
    std::uint64_t scale = 1;  // a tenth of the decade's beginning
    for (std::size_t decade = 1; decade <= 18; ++decade, scale *= 10) {
        constexpr std::array<std::uint64_t, 6> steps{10, 15, 20, 30, 50, 70};
        for (std::size_t i = 0; i < steps.size(); ++i) all[decade * 6 + i] = steps[i] * scale;
    }
    return all;
}();

std::size_t range_of(std::uint64_t value) {
    const auto* after = std::upper_bound(beginnings.begin(), beginnings.end(), value);
    return static_cast<std::size_t>(after - beginnings.begin()) - 1;
}

}  // namespace

void LogHistogram::add(std::uint64_t value) {
    if (counts_.empty()) {
        counts_.resize(LogBuckets::count);
        range_counts_.resize(beginnings.size());
    }
    ++range_counts_[range_of(value)];
    ++counts_[LogBuckets::of(value)];
    ++count_;
    if (value != 0) least_ = std::min(least_, value);
    greatest_ = std::max(greatest_, value);
    sum_ += static_cast<double>(value);
}

std::uint64_t LogHistogram::percentile(double share) const {
    if (count_ == 0) return 0;
    auto left = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    left = std::clamp<std::uint64_t>(left, 1, count_);
    if (left == count_) return greatest_;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        if (counts_[bucket] < left) {
            left -= counts_[bucket];
            continue;
        }
        return std::clamp(LogBuckets::middle(bucket), bucket == 0 ? 0 : least_, greatest_);
    }
    return greatest_;
}

std::vector<LogHistogram::Range> LogHistogram::ranges() const {
    std::vector<Range> ranges;
    if (zeros() != 0) ranges.push_back({0, 1, zeros()});
    if (zeros() == count_) return ranges;
    for (std::size_t i = range_of(least_); i <= range_of(greatest_); ++i)
        ranges.push_back(
            {beginnings[i], i + 1 < beginnings.size() ? beginnings[i + 1] : UINT64_MAX, range_counts_[i]});
    return ranges;
}

}  // namespace tapferry
