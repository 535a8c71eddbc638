// How far a route is: which stretches of the log are under way, and up to where everything before is settled.
// Pure arithmetic, no clock and no I/O; owned by the route's thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "agent/spool/saved_position.h"
#include "transports/transport.h"

namespace tapferry {

RouteTotals& operator+=(RouteTotals& sum, const RouteTotals& more);

// What a batch was made of: the log's stretch up to `end`, and what became of its frames.
struct Stretch {
    Ticket ticket{};
    Position end{};
    Position open_from{};    // as OpenBatch
    std::uint64_t open = 0;  // likewise
    RouteTotals totals;      // of this stretch alone; delivered is filled in when it settles
    std::uint64_t unread = 0;
    std::array<std::uint64_t, loss_reason_count> gone{};  // of it, frames that were gone, by LossReason
    NoticeState notices;                                  // at its end
    bool settled = false;
    std::optional<LateStretch> put_off;  // as OpenBatch
    Position furthest{};                 // as Cursor, when it came under way
};

struct OpenBatch;
Stretch stretch_of(Ticket name, const OpenBatch& batch);

class Cursor {
  public:
    explicit Cursor(const SavedPosition& saved) : settled_(saved) {}

    // The next stretch, which begins where the last one ended, is under way.
    void submitted(const Stretch& stretch);
    // The last stretch, which is that of `ticket`, is not under way any more: it was not sent.
    void withdraw(Ticket ticket);
    // The stretch of `ticket` is over: so many of its events and records were refused for good; the other
    // events, but for those that went to the dead letter before they were sent, are delivered. The position
    // moves over what is contiguous. Unknown tickets are ignored.
    void settle(Ticket ticket, std::uint64_t refused_events, std::uint64_t refused_records);
    // A stretch that is to be delivered later, and how far anything of it may be at the far side already.
    struct PutOff {
        LateStretch stretch;
        Position furthest{};
    };
    // What the position has passed of them since the last time this was asked.
    [[nodiscard]] std::vector<PutOff> take_put_off() { return std::exchange(put_off_, {}); }
    // Those that an earlier process left.
    [[nodiscard]] std::vector<LateStretch> take_late() { return std::exchange(settled_.late, {}); }
    // One of them is under way.
    [[nodiscard]] bool puts_off() const;
    // What became of frames is counted elsewhere from now on; and what became of others, here.
    [[nodiscard]] RouteTotals take_totals() { return std::exchange(settled_.totals, {}); }
    void add(const RouteTotals& totals) { settled_.totals += totals; }

    // Records that were sent and are sent again. They count at once: the try that repeats them may fail too.
    void repeat(std::uint64_t records) { settled_.totals.repeated += records; }
    // What lies before `end` may be at the far side: read again, it makes repeats.
    void handed_over(Position end);
    // What the log, which begins at `begin`, has before `end` and is not under way, and queries that wait
    // where it begins, are given up: they are passed when the position comes there. How many frames more than
    // before.
    std::uint64_t give_up(Position begin, Position end);
    // One range can be kept of what is given up. None of these: what is to go later is under way, or what was
    // given up before is, or the log has dropped what came behind that.
    enum class Obstacle : std::uint8_t { none, puts_off, under_way, dropped };
    [[nodiscard]] Obstacle before_giving_up(Position begin, Position end) const;

    // Nothing is under way any more: the log is to be read from the settled position again.
    void rewind();

    [[nodiscard]] const SavedPosition& settled() const { return settled_; }
    // All tickets up to this one are settled.
    [[nodiscard]] Ticket settled_ticket() const { return settled_ticket_; }
    [[nodiscard]] Position submitted_up_to() const;
    // Queries that wait there.
    [[nodiscard]] std::uint64_t open_there() const {
        return under_way_.empty() ? settled_.open : under_way_.back().open;
    }
    // Where the log is read on behind what is under way.
    [[nodiscard]] SavedPosition next_place() const;
    [[nodiscard]] bool idle() const { return under_way_.empty(); }
    [[nodiscard]] std::uint64_t events_in_flight() const { return in_flight_; }
    // Frames that were gone when what is under way was read, by LossReason.
    [[nodiscard]] const std::array<std::uint64_t, loss_reason_count>& gone_under_way() const { return gone_; }
    // How far anything was handed over in this process.
    [[nodiscard]] Position furthest() const { return furthest_; }

  private:
    void lose(std::uint64_t queries);
    // Its events and what was gone of it count no more as under way.
    void leave(const Stretch& stretch);

    SavedPosition settled_;
    Ticket settled_ticket_{};
    std::deque<Stretch> under_way_;
    std::vector<PutOff> put_off_;
    Position furthest_ = first_position;
    std::uint64_t in_flight_ = 0;                          // events of what is under way
    std::array<std::uint64_t, loss_reason_count> gone_{};  // likewise
};

// Of one that there is: what to do.
[[nodiscard]] const char* words_of(Cursor::Obstacle obstacle);

// Whether what was saved adds up:
// start - 1 + read + lost + late == position - 1,
// read == undecodable + filtered + paired + open + rendered,
// rendered == delivered + dead_lettered.
bool balanced(const SavedPosition& saved);

}  // namespace tapferry
