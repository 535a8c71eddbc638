// Stretches of the log that an outage left behind and that are delivered later, one after the other, while
// what comes goes first. A second position: read by a feed of their own, they travel as batches of their own
// beside those of the log. Owned by the route's thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "agent/batches/feed.h"
#include "agent/routes/cursor.h"
#include "agent/routes/in_flight.h"
#include "agent/routes/rate_limit.h"

namespace tapferry {

class LateStretches {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // `crashes`: of the log's feed, which the same thread reads. `saved`: what an earlier process left.
    LateStretches(const DestinationConfig& destination, Spool& spool, CrashWatch& crashes,
                  const std::vector<LateStretch>& saved);

    [[nodiscard]] bool any() const { return !stretches_.empty(); }
    [[nodiscard]] bool has_room() const { return stretches_.size() < most_late_stretches; }
    void add(const Cursor::PutOff& put_off);
    // As they are to be saved now.
    [[nodiscard]] std::vector<LateStretch> settled() const;

    // From when on a batch of them may be filled, if nothing else is to be done.
    [[nodiscard]] Time next_turn(const InFlight& in_flight) const;
    // Then: fills it, or fills it on. Null: it is not whole.
    [[nodiscard]] std::unique_ptr<OpenBatch> fill(InFlight& in_flight, BatchLimits limits);
    // How far the first of them is.
    [[nodiscard]] Cursor& cursor() { return cursor_; }
    [[nodiscard]] const Cursor& cursor() const { return cursor_; }
    // Some of the first is settled: when all of it is, the next one's turn comes. Whether that was the last.
    bool go_on();
    // All that is under way is read again.
    void rewind();
    // What the log, which begins at `begin`, has of them is given up, but for batches of which something is
    // on its way: how many frames and queries.
    [[nodiscard]] std::uint64_t give_up(InFlight& in_flight, Position begin);

    // Up to where the first was read; the first position when there is none.
    [[nodiscard]] Position read_up_to() const { return feed_ ? feed_->read_up_to() : first_position; }
    [[nodiscard]] std::array<std::uint64_t, loss_reason_count> gone_in_hand() const;

    // About when the oldest frame was received that waits; none: not known.
    [[nodiscard]] std::optional<Timestamp> oldest_received(const InFlight& in_flight) const;
    // Events in a window that is not over.
    [[nodiscard]] std::uint64_t gathered() const;
    [[nodiscard]] OddEvents odd_events() const;

  private:
    void begin_first();
    void divide_first(Position begin);
    void insert_behind(std::size_t index, const LateStretch& stretch);
    [[nodiscard]] Position end_of_first() const { return stretches_.front().stretch.to; }

    const DestinationConfig& destination_;
    Spool& spool_;
    CrashWatch& crashes_;
    RateLimit rate_;
    Time rests_until_{};
    std::deque<Cursor::PutOff> stretches_;  // the first as it was when its turn came
    Cursor cursor_{SavedPosition{}};
    std::unique_ptr<Feed> feed_;          // null: there are none
    std::optional<Timestamp> last_read_;  // when what was read last was received
    OddEvents odd_events_;                // of feeds that are gone
};

}  // namespace tapferry
