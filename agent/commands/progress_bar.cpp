#include "agent/commands/progress_bar.h"

#include <algorithm>
#include <iostream>

#include "agent/commands/figure_words.h"

namespace tapferry {

std::string ProgressBar::line(std::uint64_t done, std::optional<std::uint64_t> whole,
                              const std::string& words) {
    constexpr std::uint64_t width = 30;
    if (!whole) return words;
    done = std::min(done, *whole);
    const auto filled =
        *whole == 0
            ? width
            : static_cast<std::uint64_t>(static_cast<double>(done) / static_cast<double>(*whole) * width);
    return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " +
           share_words(done, *whole) + " " + words;
}

void ProgressBar::show(std::uint64_t done, const std::string& words) {
    if (!due()) return;
    next_ = Clock::now() + std::chrono::milliseconds(200);
    shown_ = true;
    // The cursor goes back, so that a line of the log takes its place.
    std::cerr << erase_line << line(done, whole_, words) << '\r' << std::flush;
}

void ProgressBar::clear() {
    if (shown_) std::cerr << erase_line << std::flush;
    shown_ = false;
}

}  // namespace tapferry
