// Which changes of a destination's state are told, each by a line: all of them, as long as they are few. Of
// one that comes and goes all the time a line a minute says how it is, and how often that has changed. Owned
// by the route's thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace tapferry {

class ToldChanges {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // It changes now. None: that is not told; else how many changes before it were not.
    [[nodiscard]] std::optional<std::uint64_t> change(Time now) {
        gain(now);
        if (lines_ == 0) {
            ++untold_;
            return std::nullopt;
        }
        --lines_;
        return std::exchange(untold_, 0);
    }
    // Whether what was not told is to be told now, as change() says it.
    [[nodiscard]] std::optional<std::uint64_t> due(Time now) {
        gain(now);
        if (untold_ == 0 || lines_ == 0) return std::nullopt;
        --lines_;
        return std::exchange(untold_, 0);
    }

  private:
    static constexpr std::uint64_t most_lines = 10;
    static constexpr std::chrono::minutes gained_after{1};

    void gain(Time now) {
        if (lines_ == most_lines) gained_ = now;
        const auto gained =
            static_cast<std::uint64_t>(std::max<std::int64_t>(0, (now - gained_) / gained_after));
        lines_ = std::min(most_lines, lines_ + gained);
        gained_ += gained * gained_after;
    }

    std::uint64_t lines_ = most_lines;
    Time gained_{};
    std::uint64_t untold_ = 0;
};

}  // namespace tapferry
