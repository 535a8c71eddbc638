#include "agent/commands/stats/timeline.h"

#include <algorithm>
#include <numeric>

#include "encoders/event_facts.h"
#include "encoders/time_units.h"

namespace tapferry {

namespace {

// In milliseconds; each is a multiple of the one before it. The last ones cover all times that events can
// have.
constexpr std::array<std::int64_t, 14> widths{
    100,     200,       1'000,      2'000,      10'000,      60'000,        300'000,
    900'000, 3'600'000, 21'600'000, 86'400'000, 604'800'000, 6'048'000'000, 60'480'000'000};
constexpr std::size_t most_buckets = 8192;

// Of the bucket that `number` of another width falls into.
std::int64_t divided(std::int64_t number, std::int64_t by) {
    return number >= 0 ? number / by : -((-number + by - 1) / by);
}

TimelineCounts& operator+=(TimelineCounts& a, const TimelineCounts& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
    return a;
}

}  // namespace

std::string_view timeline_series_name(TimelineSeries series) {
    constexpr std::array<std::string_view, timeline_series_count> names{
        "NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "other response codes", "queries"};
    return names[static_cast<std::size_t>(series)];
}

TimelineSeries timeline_series_of(const Event& event) {
    if (!has_rcode(event)) return TimelineSeries::none;
    switch (event.dns.rcode) {  // RFC 6895, section 2.3
        case 0:
            return TimelineSeries::noerror;
        case 2:
            return TimelineSeries::servfail;
        case 3:
            return TimelineSeries::nxdomain;
        case 5:
            return TimelineSeries::refused;
        default:
            return TimelineSeries::other;
    }
}

std::uint64_t sum(const TimelineCounts& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::string part_words(const TimelineSteps& steps) {
    if (steps.counts.empty()) return {};
    const bool first = steps.is_part(0);
    const bool last = steps.is_part(steps.counts.size() - 1);
    if (steps.counts.size() == 1) return first || last ? "the one step is not whole" : "";
    if (first && last) return "the first and the last step are not whole";
    return first ? "the first step is not whole" : last ? "the last step is not whole" : "";
}

void Timeline::add(const Timestamp& time, TimelineSeries series) {
    ++counts_[divided(in_milliseconds(time), widths[width_])][static_cast<std::size_t>(series)];
    if (counts_.size() > most_buckets && width_ + 1 < widths.size()) widen();
}

void Timeline::widen() {
    const std::int64_t factor = widths[width_ + 1] / widths[width_];
    ++width_;
    std::map<std::int64_t, TimelineCounts> wider;
    for (const auto& [number, counts] : counts_) wider[divided(number, factor)] += counts;
    counts_ = std::move(wider);
}

TimelineSteps Timeline::steps(std::size_t most) const {
    if (counts_.empty()) return {};
    const std::int64_t now = widths[width_];
    const std::int64_t first = counts_.begin()->first;
    const std::int64_t last = counts_.rbegin()->first;
    std::size_t width = width_;
    const auto number_of_steps = [&] {
        const std::int64_t factor = widths[width] / now;
        return static_cast<std::size_t>(divided(last, factor) - divided(first, factor)) + 1;
    };
    while (width + 1 < widths.size() && number_of_steps() > most) ++width;
    const std::int64_t factor = widths[width] / now;
    TimelineSteps steps{divided(first, factor) * widths[width], widths[width], {}, 1, 1};
    steps.counts.resize(std::min(number_of_steps(), most));
    for (const auto& [number, counts] : counts_) {
        const auto at = static_cast<std::size_t>(divided(number, factor) - divided(first, factor));
        if (at < steps.counts.size()) steps.counts[at] += counts;
    }
    return steps;
}

double Timeline::peak_rate() const {
    constexpr std::int64_t second_ms = 1000;
    const std::int64_t factor = std::max<std::int64_t>(second_ms / widths[width_], 1);
    std::uint64_t most = 0;
    std::uint64_t within = 0;
    auto oldest = counts_.begin();
    for (const auto& [number, counts] : counts_) {
        within += sum(counts);
        for (; number - oldest->first >= factor; ++oldest) within -= sum(oldest->second);
        most = std::max(most, within);
    }
    const double seconds = static_cast<double>(widths[width_] * factor) / second_ms;
    return static_cast<double>(most) / seconds;
}

}  // namespace tapferry
