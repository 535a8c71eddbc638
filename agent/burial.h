// Puts into the dead letter what a destination will never have, and tells of it once. Owned by the route's
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/dead_letter.h"
#include "agent/parcel.h"
#include "agent/route_report.h"

namespace tapferry {

class Burial {
  public:
    Burial(DeadLetter dead_letter, RouteReport& report)
        : dead_letter_(std::move(dead_letter)), report_(report) {}

    struct Refused {
        std::uint64_t events = 0;  // rows of an aggregate are records and no events
        std::uint64_t first = 0;   // sequence numbers of the events; 0: there are none
        std::uint64_t last = 0;
    };
    // Records of the parcel that the far side refused; it counts them. Of one that was requeued no event is
    // dead: it was before.
    Refused bury_refused(const std::vector<std::uint32_t>& refused, const std::string& words, Parcel& parcel);
    // What these stretches, which the position has passed, leave behind: frames that could not be sent, and
    // losses.
    void bury_left(const std::vector<Owed>& passed);

    [[nodiscard]] DeadLetter& letters() { return dead_letter_; }

  private:
    bool note(bool kept);

    DeadLetter dead_letter_;
    RouteReport& report_;
    bool failing_ = false;
};

}  // namespace tapferry
