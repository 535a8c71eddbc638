// Lets a handful of events through each second and counts the others, so that a port scanner does not fill
// the log. Used by the reading loop's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace tapferry {

class EventBrake {
  public:
    explicit EventBrake(unsigned each_second) : each_second_(each_second) {}

    // Nothing: this event is not to be told. Otherwise how many were not told since the last that was.
    std::optional<std::uint64_t> pass(std::chrono::steady_clock::time_point now) {
        if (now - second_began_ >= std::chrono::seconds{1}) {
            second_began_ = now;
            passed_ = 0;
        }
        if (passed_ == each_second_) {
            ++held_;
            return std::nullopt;
        }
        ++passed_;
        return std::exchange(held_, 0);
    }

  private:
    const unsigned each_second_;
    unsigned passed_ = 0;
    std::uint64_t held_ = 0;
    std::chrono::steady_clock::time_point second_began_{};
};

}  // namespace tapferry
