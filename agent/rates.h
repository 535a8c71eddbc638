// How fast things go: counters looked at now and then, and how much they grew a second over the last few
// seconds. One thread samples; the owner locks.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace tapferry {

class Rates {
  public:
    using Clock = std::chrono::steady_clock;
    using Counts = std::map<std::string, std::uint64_t>;

    // Forgets what is older than ten seconds, but for one sample.
    void sample(Clock::time_point now, Counts counts);
    // A second; 0 while there is only one sample, or of what is not counted in both.
    [[nodiscard]] double of(const std::string& name) const;

  private:
    struct Sample {
        Clock::time_point when;
        Counts counts;
    };
    std::deque<Sample> samples_;
};

}  // namespace tapferry
