#include "agent/commands/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "agent/commands/stats/report_words.h"

namespace tapferry {

bool ProgressBar::is_terminal() {
    return ::isatty(STDERR_FILENO) == 1;
}

std::string ProgressBar::line(std::uint64_t done, std::uint64_t whole, const std::string& words) {
    constexpr std::uint64_t width = 30;
    done = std::min(done, whole);
    const auto filled =
        whole == 0
            ? width
            : static_cast<std::uint64_t>(static_cast<double>(done) / static_cast<double>(whole) * width);
    return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " +
           share_words(done, whole) + " " + words;
}

void ProgressBar::show(std::uint64_t done, const std::string& words) {
    if (!due()) return;
    next_ = Clock::now() + std::chrono::milliseconds(200);
    shown_ = true;
    // The cursor goes back, so that a line of the log takes its place.
    std::cerr << "\r\033[K" << line(done, whole_, words) << '\r' << std::flush;
}

void ProgressBar::clear() {
    if (shown_) std::cerr << "\r\033[K" << std::flush;
    shown_ = false;
}

}  // namespace tapferry
