// The pause before the next try at a destination that fails: full jitter, random(0, min(max, initial * 2^n)),
// so that many agents do not come back at the same moment.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace tapferry {

class Backoff {
  public:
    Backoff(std::chrono::milliseconds initial, std::chrono::milliseconds max, unsigned seed)
        : initial_(initial), max_(max), random_(seed) {}

    [[nodiscard]] std::chrono::milliseconds next() {
        const auto ceiling = std::min(max_, initial_ * (std::int64_t{1} << tries_));
        // 2^27 times the shortest initial pause, 1 ms, is beyond the longest max, 24 h.
        tries_ = std::min(tries_ + 1, 27u);
        std::uniform_int_distribution<std::int64_t> pause(0, ceiling.count());
        return std::chrono::milliseconds{pause(random_)};
    }
    // Where only a person can help there is no hurry: between half of the longest pause and all of it.
    [[nodiscard]] std::chrono::milliseconds slow() {
        std::uniform_int_distribution<std::int64_t> pause(max_.count() / 2, max_.count());
        return std::chrono::milliseconds{pause(random_)};
    }
    void reset() { tries_ = 0; }

  private:
    std::chrono::milliseconds initial_;
    std::chrono::milliseconds max_;
    unsigned tries_ = 0;
    std::minstd_rand random_;
};

}  // namespace tapferry
