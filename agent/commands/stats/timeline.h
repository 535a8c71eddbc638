// How many events there were when, by how they ended. Buckets get wider as the time grows that is to be
// covered, so that there are never more than a few thousand.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.h"

namespace tapferry {

// What a response said; queries and what has no response code stand last.
enum class TimelineSeries : std::uint8_t { noerror, nxdomain, servfail, refused, other, none };
inline constexpr std::size_t timeline_series_count = 6;
std::string_view timeline_series_name(TimelineSeries);  // "NOERROR" …
TimelineSeries timeline_series_of(const Event&);

using TimelineCounts = std::array<std::uint64_t, timeline_series_count>;
std::uint64_t sum(const TimelineCounts&);

// Equal steps without a gap.
struct TimelineSteps {
    std::int64_t begin_ms = 0;  // since 1970
    std::int64_t width_ms = 0;  // 0: there is nothing
    std::vector<TimelineCounts> counts;
    // How much of the first and the last step there was something to be seen of: their counts are of that
    // time. make_report() knows.
    double first_share = 1;
    double last_share = 1;
    [[nodiscard]] bool is_part(std::size_t step) const {
        constexpr double whole = 0.9;  // the last event of a step is rarely at its very end
        return (step == 0 && first_share < whole) || (step + 1 == counts.size() && last_share < whole);
    }
};
// "the last step is not whole"; empty: all are.
std::string part_words(const TimelineSteps&);

class Timeline {
  public:
    void add(const Timestamp& time, TimelineSeries series);
    // In steps as narrow as can be with at most `most` of them, which must be 100 or more.
    [[nodiscard]] TimelineSteps steps(std::size_t most) const;
    // The most events in one second, which may begin with any bucket, or the mean of the busiest bucket when
    // they are wider.
    [[nodiscard]] double peak_rate() const;

  private:
    void widen();

    std::size_t width_ = 0;                          // of a bucket: an index into the widths
    std::map<std::int64_t, TimelineCounts> counts_;  // by the bucket's number since 1970
};

}  // namespace tapferry
