// Puts into the dead letter what a destination will never have, and tells of it once. Owned by the route's
// thread.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/dead_letter.h"
#include "agent/in_flight.h"
#include "agent/route_report.h"
#include "transports/transport.h"

namespace tapferry {

class Burial {
  public:
    Burial(DeadLetter dead_letter, RouteReport& report)
        : dead_letter_(std::move(dead_letter)), report_(report) {}

    struct Refused {
        std::uint64_t events = 0;  // rows of an aggregate are records and no events
        std::uint64_t records = 0;
        std::uint64_t first = 0;  // sequence numbers of the events; 0: there are none
        std::uint64_t last = 0;
    };
    // The records of `buffer` that the far side refused.
    Refused bury_refused(const Outcome& outcome, const RecordBuffer& buffer);
    // What these stretches, which the position has passed, leave behind: frames that could not be sent, and
    // losses.
    void bury_left(const std::vector<Owed>& passed);

  private:
    void note(bool kept);

    DeadLetter dead_letter_;
    RouteReport& report_;
    bool failing_ = false;
};

}  // namespace tapferry
