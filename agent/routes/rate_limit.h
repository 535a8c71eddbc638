// So many events a second at most, against the rush after an outage. What was sent is paid for before more
// goes; nothing is saved up while nothing comes.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace tapferry {

class RateLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // 0: no limit.
    explicit RateLimit(std::uint64_t events_a_second) : rate_(events_a_second) {}

    [[nodiscard]] bool limits() const { return rate_ != 0; }
    // From then on more may go.
    [[nodiscard]] Time free_from() const { return free_from_; }
    // The most that may go at once: a tenth of a second's, and one at least.
    [[nodiscard]] std::size_t most_at_once() const {
        return static_cast<std::size_t>(std::max<std::uint64_t>(1, rate_ / 10));
    }
    void sent(std::uint64_t events, Time now) {
        if (rate_ == 0) return;
        const auto cost = std::chrono::nanoseconds(
            static_cast<std::int64_t>(static_cast<double>(events) * 1e9 / static_cast<double>(rate_)));
        free_from_ = std::max(free_from_, now) + std::chrono::duration_cast<Time::duration>(cost);
    }

  private:
    std::uint64_t rate_;
    Time free_from_{};
};

}  // namespace tapferry
