#include "agent/commands/replay/wait_watch.h"

#include <algorithm>

namespace tapferry {

using namespace std::chrono_literals;

namespace {

constexpr auto between_looks = 500ms;
constexpr std::chrono::seconds longest_silence = 60s;

}  // namespace

std::string WaitWatch::look(const std::vector<RouteStatus>& destinations, Time now) {
    next_look_ = now + between_looks;
    std::uint64_t mark = 0;
    std::uint64_t in_flight = 0;
    for (const RouteStatus& route : destinations) {
        in_flight += route.in_flight;
        mark += number(route.saved.position) + route.saved.totals.read +
                route.deliveries[static_cast<std::size_t>(Outcome::Verdict::accepted)];
    }
    // A window that fills is no standstill; what goes again and again is.
    most_in_flight_ = std::max(most_in_flight_, in_flight);
    mark += most_in_flight_;
    if (mark != mark_) {
        mark_ = mark;
        moved_at_ = now;
        silence_ = first_silence_;
    }
    const auto since = std::chrono::floor<std::chrono::seconds>(now - moved_at_);
    if (since < silence_) return {};
    std::string words;
    for (const RouteStatus& route : destinations)
        if (route.pending != 0 || route.in_flight != 0)
            words +=
                (words.empty() ? "waits for " : "; and for ") + route.name + ": " +
                (route.words.empty() ? "it has accepted nothing for " + std::to_string(since.count()) + " s"
                                     : route.words);
    if (!words.empty()) silence_ += std::min(silence_, longest_silence);
    return words;
}

}  // namespace tapferry
