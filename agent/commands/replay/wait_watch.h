// When tapferry replay says that nothing moves, and what it waits for. Pure: the time is passed in. Used by
// the command's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/routes/route.h"

namespace tapferry {

class WaitWatch {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // `usual`: so long a destination takes to accept something when all is well.
    WaitWatch(Time now, std::chrono::milliseconds usual)
        : first_silence_(std::chrono::seconds{5} + std::chrono::ceil<std::chrono::seconds>(usual)),
          silence_(first_silence_),
          moved_at_(now) {}

    // Whether it is time to look again.
    [[nodiscard]] bool due(Time now) const { return now >= next_look_; }
    // "waits for siem: connection refused; and for lines: it has accepted nothing for 5 s": of destinations
    // that have something before them, when none of all has moved for a while; empty: there is nothing to
    // say. Said again ever more seldom.
    [[nodiscard]] std::string look(const std::vector<RouteStatus>& destinations, Time now);

  private:
    const std::chrono::seconds first_silence_;
    std::chrono::seconds silence_;
    std::uint64_t mark_ = 0;
    std::uint64_t most_in_flight_ = 0;
    Time moved_at_;
    Time next_look_{};
};

}  // namespace tapferry
