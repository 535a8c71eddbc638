// What a route does with dead letters that are to be sent once more: they travel as batches of their own
// beside those of the log, whose position and ledger know nothing of them. And how batches are taken back.
// Owned by the route's thread.
#pragma once

#include <memory>

#include "agent/burial.h"
#include "agent/cursor.h"
#include "agent/feed.h"
#include "agent/in_flight.h"
#include "agent/requeue.h"
#include "agent/route_order.h"
#include "agent/route_report.h"

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

// Batches of that origin of which nothing was sent are taken back. An empty batch; `feed`: that of the log,
// which makes one when there is none to spare.
[[nodiscard]] std::unique_ptr<OpenBatch> withdraw_unsent(InFlight& in_flight, Origin origin, Cursor& cursor,
                                                         const Feed& feed);

}  // namespace tapferry
