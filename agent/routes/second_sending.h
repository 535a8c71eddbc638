// What a route does with dead letters that are to be sent once more: they travel as batches of their own
// beside those of the log, whose position and ledger know nothing of them. Owned by the route's thread.
#pragma once

#include "agent/batches/feed.h"
#include "agent/routes/burial.h"
#include "agent/routes/in_flight.h"
#include "agent/routes/requeue.h"
#include "agent/routes/route_order.h"
#include "agent/routes/route_report.h"

namespace tapferry {

class SecondSending {
  public:
    SecondSending(Burial& burial, RouteReport& report, Feed& feed);

    // An order that concerns letters.
    OrderAnswer obey(RouteOrder order);

    [[nodiscard]] bool can_go(const InFlight& in_flight) const {
        return requeue_.waits() && in_flight.has_spare();
    }
    // Sends the next letters on their way, in a spare batch named by the next ticket, unless none can go or
    // it is the log's turn: each has every other one. Whether it did.
    bool take_turn(InFlight& in_flight, const BatchLimits& limits, std::uint64_t& next_ticket);
    // What became of all letters of that batch is known.
    void settle(InFlight& in_flight, Ticket name);
    // No outcome is awaited any more.
    void rewind() { requeue_.rewind(); }
    [[nodiscard]] bool under_way() const { return requeue_.under_way(); }

  private:
    Requeue requeue_;
    RouteReport& report_;
    bool turn_ = false;
};

}  // namespace tapferry
