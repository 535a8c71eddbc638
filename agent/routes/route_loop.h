// The thread of a route: what goes next (route_loop.cpp), what follows from what the far side says
// (route_loop_outcomes.cpp) and what goes later (route_loop_late.cpp). The only retry loop of the program.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "agent/batches/feed.h"
#include "agent/routes/burial.h"
#include "agent/routes/cursor.h"
#include "agent/routes/in_flight.h"
#include "agent/routes/late_stretches.h"
#include "agent/routes/pace.h"
#include "agent/routes/position_keeper.h"
#include "agent/routes/route.h"
#include "agent/routes/route_calls.h"
#include "agent/routes/route_report.h"
#include "agent/routes/second_sending.h"

namespace tapferry {

class Route::Loop {
  public:
    using Time = std::chrono::steady_clock::time_point;

    Loop(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log, Parts parts);
    void start(bool follows_trouble);
    void stop(Time deadline);
    void let_go();
    void order(RouteOrder order, OrderReply reply);
    void join();
    RouteStatus status() const { return report_.status(spool_.end()); }
    Position saved_position() const { return keeper_.saved(); }
    const DestinationConfig& config() const { return config_; }

  private:
    void run();
    void look_around();
    // As RouteStatus: what the log has dropped and this thread has not read, it will not.
    std::array<std::uint64_t, loss_reason_count> lost_ahead() const;
    // Until when an outcome is waited for: not at all while there is something else to do.
    Time next_look() const;
    bool finished();
    // All that the spool holds now, but for batches of which something is on its way: they may arrive.
    OrderAnswer give_up_spool();
    // The destination is there, as it was not for some time: where much waits, that goes later, and what
    // comes goes at once.
    void put_off_backlog();
    // Sleeps through the pause after a failure, but for a call. Whether the loop has to look around first.
    bool wait_out_failure();
    // Takes a batch from the log when there is anything to take; an aggregate's, bit by bit.
    void fill();
    // Waits for frames, then as long as the batch may linger for company. Nothing is read meanwhile, so a
    // slow trickle wakes the thread once a batch and not once a block.
    bool frames_are_there();
    // Waits for a full batch, and looks after what is under way meanwhile. False: it is not full yet, and
    // something else comes first: what is late, or what was asked of the route.
    bool linger(Position full);
    void fill_late();
    void take_on(std::unique_ptr<OpenBatch> batch, Origin origin = Origin::log);
    void hand_over();
    // Takes the outcomes there are; waits for the first one until `deadline`.
    void collect(Deadline deadline);
    // Of a transport that tries again by itself.
    void look_at_trouble();
    void take(const Outcome& outcome);
    // What is refused goes to the dead letter, unless so much was refused that the configuration must be
    // wrong: then it waits.
    void bury(Division& division, const Outcome& outcome, Parcel& parcel);
    // When the next piece goes: the table of what far sides say and what happens.
    void go_on(const Outcome& outcome, bool all_accepted);
    // It could not be had, or is lost with what it has not acknowledged.
    void fail(const std::string& words, bool needs_a_person = false,
              std::chrono::milliseconds retry_after = {});
    void let_go_now();
    // The bytes are gone, and so is what was sent behind them on the same connection: everything under way is
    // read again from the settled position.
    void read_again(const Outcome& outcome);
    // What is left behind is buried when the position passes it: before that it may be read again.
    void settle(Ticket name, const Parcel& parcel);
    RouteNotices& notices() { return feed_.filler().notices(); }
    void add_late();
    void go_on_late();
    Cursor& cursor_of(const Parcel& parcel) {
        return parcel.origin == Origin::late ? late_.cursor() : cursor_;
    }
    // How far all of it is.
    SavedPosition settled() const;
    std::optional<Timestamp> oldest_received() const;
    std::uint64_t behind() const;
    void save_when_due(bool now);
    void publish();

    const DestinationConfig config_;
    Spool& spool_;
    PositionKeeper keeper_;
    Cursor cursor_;
    Feed feed_;
    LateStretches late_;
    InFlight in_flight_;  // batches lent to the transport must outlive it
    std::unique_ptr<Transport> transport_;
    std::uint64_t next_ticket_ = 1;

    Pace pace_;
    std::optional<Time> lingers_until_;
    Time look_around_at_{};
    std::array<std::uint64_t, loss_reason_count> published_lost_{};
    Time heard_at_{};  // when the far side last said something, or was first asked since it owed nothing
    bool backlog_due_ = false;  // put_off_backlog() is to look whether there is one
    bool told_transport_ = false;
    bool gave_up_stopping_ = false;
    RouteReport report_;
    Burial burial_;
    SecondSending letters_;

    RouteCalls calls_;
    std::thread thread_;
};

}  // namespace tapferry
