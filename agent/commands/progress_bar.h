// How far a long work is, on one line of a terminal, a few times a second: nothing of it stays there, and
// elsewhere there is none. Used by the commands; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/commands/terminal.h"

namespace tapferry {

class ProgressBar {
  public:
    // `whole`: all that there is to do; none: nobody knows.
    explicit ProgressBar(std::optional<std::uint64_t> whole) : whole_(whole) {}
    ~ProgressBar() { clear(); }
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    // Whether it is time to show something.
    [[nodiscard]] bool due() const { return on_ && Clock::now() >= next_; }
    // `words`: what stands behind the bar.
    void show(std::uint64_t done, const std::string& words);
    void clear();

    // What it draws: "[#####.....] 50.0 % words", or the words alone.
    [[nodiscard]] static std::string line(std::uint64_t done, std::optional<std::uint64_t> whole,
                                          const std::string& words);

  private:
    using Clock = std::chrono::steady_clock;

    const std::optional<std::uint64_t> whole_;
    const bool on_ = errors_go_to_terminal();
    bool shown_ = false;
    Clock::time_point next_ = Clock::now() + std::chrono::milliseconds(300);
};

}  // namespace tapferry
