// A route carries events to one destination: one thread, one connection state, one position in the log,
// nothing shared but the log. route_loop.cpp holds the only retry loop of the program. Retrying is reading on
// from the saved position, so the normal path is the recovery path.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "agent/batches/odd_events.h"
#include "agent/config/config.h"
#include "agent/routes/route_order.h"
#include "agent/spool/position.h"
#include "agent/spool/saved_position.h"
#include "encoders/cut_fields.h"
#include "transports/transport.h"

namespace tapferry {

class Disk;
class Encoder;
class Log;
class Spool;

// How long the far side took to say yes, in seconds, for the histogram of the metrics.
inline constexpr std::array<double, 12> delivery_seconds_bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                                0.1,   0.25,   0.5,   1,    2.5,   10};
struct DeliverySeconds {
    std::array<std::uint64_t, delivery_seconds_bounds.size() + 1> buckets{};
    double sum = 0;
};

// Of dead letters, in this process.
struct LetterCounts {
    std::uint64_t redelivered = 0;    // records that were sent again and accepted
    std::uint64_t refused_again = 0;  // likewise, and refused
    std::uint64_t dropped = 0;        // letters that gave way to newer ones
    std::uint64_t purged = 0;         // letters that somebody removed
    std::uint64_t not_kept = 0;       // letters that could not be written: the disk took nothing
};

// A moment's view of a route, whole: all of it was true at once.
struct RouteStatus {
    enum class State : std::uint8_t { idle, delivering, retrying, stopped, held };
    std::string name;
    State state = State::idle;
    std::string words;                  // why it is retrying or held; empty otherwise
    bool needs_a_person = false;        // it will not get better by itself
    std::int64_t failing_since = 0;     // Unix seconds; 0: it is not failing
    std::chrono::seconds patience{60};  // failing for longer than this is worth an alarm
    SavedPosition saved;                // lifetime counters, as of the saved position
    RouteTotals at_start;               // of those, what earlier processes counted
    // Frames from the saved position to the log's end and in late stretches, without those of lost_ahead.
    std::uint64_t pending = 0;
    // By LossReason: frames that are lost for certain, though the position has not come there; totals.lost
    // has them when it does.
    std::array<std::uint64_t, loss_reason_count> lost_ahead{};
    std::uint64_t in_flight = 0;     // events, with those in a window that is not over
    double rate = 0;                 // events delivered a second, lately
    double lag_seconds = 0;          // age of the oldest frame that is not settled
    std::uint64_t dead_records = 0;  // refused, in this process
    LetterCounts letters;
    OddEvents odd_events;                                   // in frames read in this process
    std::array<std::uint64_t, verdict_count> deliveries{};  // by Outcome::Verdict, in this process
    DeliverySeconds delivery_seconds;
    std::array<std::uint64_t, notice_kind_count> notices{};  // settled, by kind, in this process
    std::uint64_t left_out = 0;  // records of answers that were not believed, in this process
    CutCounts cuts{};  // records that lack something so as not to be too long, by CutField, in this process
};

// With what is lost already and lies ahead.
[[nodiscard]] inline std::uint64_t lost_of(const RouteStatus& route, std::size_t reason) {
    return route.saved.totals.lost[reason] + route.lost_ahead[reason];
}

class Route {
  public:
    struct Places {
        std::filesystem::path position;     // the route's own file
        std::filesystem::path dead_letter;  // its own directory
    };
    // In place of those that the configuration names; null: those.
    struct Parts {
        std::unique_ptr<Transport> transport;
        std::unique_ptr<Encoder> encoder;
    };
    // Loads the saved position; a destination without one begins where its configuration says.
    Route(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log, Parts parts);
    Route(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log);
    ~Route();

    // `follows_trouble`: of a route to the same destination before it, so that its first delivery is news.
    void start(bool follows_trouble = false);
    // Asks the route to deliver what the log holds now and to end, by `deadline` at the latest; returns at
    // once.
    void stop(std::chrono::steady_clock::time_point deadline);
    void join();
    // Whoever looks after it says that it is no longer the configuration: held records are tried again.
    void let_go();

    // Done between two things that the route does; by any thread.
    void order(RouteOrder order, OrderReply reply);

    [[nodiscard]] RouteStatus status() const;
    // Everything before it is settled and needed no more, and that is written: the log may forget it.
    [[nodiscard]] Position saved_position() const;
    [[nodiscard]] const DestinationConfig& config() const;

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace tapferry
