// Puts into the dead letter what a destination will never have, and tells of it once. Owned by the route's
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/letters/dead_letter.h"
#include "agent/routes/parcel.h"
#include "agent/routes/route_report.h"

namespace tapferry {

class Burial {
  public:
    Burial(DeadLetter dead_letter, RouteReport& report)
        : dead_letter_(std::move(dead_letter)), report_(report) {}

    // Records of the parcel that the far side refused; it counts them. They are buried when the position has
    // passed the parcel, and not before: what is not settled goes again after a restart, and may be taken
    // then. Those of a parcel that was requeued are buried at once, and no event of theirs is dead: it was
    // before.
    void bury_refused(const std::vector<std::uint32_t>& refused, const Outcome& outcome, Parcel& parcel);
    // What these stretches, which the position has passed, leave behind: records that were refused, frames
    // that could not be sent, and losses.
    void bury_left(const std::vector<Owed>& passed);

    [[nodiscard]] DeadLetter& letters() { return dead_letter_; }

  private:
    void bury_records(const Owed& owed);
    bool bury(const DeadRecord& dead);
    bool note(bool kept);

    DeadLetter dead_letter_;
    RouteReport& report_;
    bool failing_ = false;
};

}  // namespace tapferry
