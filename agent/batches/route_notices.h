// What one route has to tell of itself, and where in the stream it belongs: gaps, recoveries, dead letters, a
// filter that passes nothing, and the ledger. What follows from the log (gaps, ledgers) is told again in the
// same words when a stretch is read again; what happened at the far side is told once the log comes to a
// place where it was not told yet. Owned by the route's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/batches/owed.h"
#include "agent/batches/renderer.h"
#include "agent/spool/position.h"
#include "agent/spool/reader.h"
#include "agent/spool/saved_position.h"

namespace tapferry {

class RouteNotices {
  public:
    // `destination`: how the notices call it. Switched off, it only keeps its state.
    RouteNotices(std::string destination, bool enabled)
        : destination_(std::move(destination)), enabled_(enabled) {}

    [[nodiscard]] const NoticeState& state() const { return state_; }
    // Goes on from there: what was gathered since is read again.
    void resume(const NoticeState& state);

    // What is counted, and what is lost and not told yet, is told as of `position`: what follows is told
    // later, and notices go on at another place, behind a number of that incarnation.
    void put_off(Position position, const NoticeState& state, std::uint64_t incarnation, Renderer& renderer,
                 OpenBatch& batch);
    // Nothing follows at `position`: what is counted is told.
    void close(Position position, Renderer& renderer, OpenBatch& batch);
    // Counted elsewhere, and told with what is counted here.
    void add(const LedgerCounts& counts);

    // Something of the log comes at `received`, behind `position`: ledgers and gaps that are due before it
    // are told.
    void before(Position position, const Timestamp& received, Renderer& renderer, OpenBatch& batch);
    // The frame of that incarnation was taken.
    void took(std::uint64_t incarnation) { state_.incarnation = incarnation; }
    // Frames are gone; `since`: when the one before them was received, if that is known.
    void lost(const SpoolGap& gap, const std::optional<Timestamp>& since);
    // The batch ends: gaps that nothing has followed yet are told.
    void end(Position position, Renderer& renderer, OpenBatch& batch);
    // What became of frames since the batch's totals were `before`.
    void count(const RouteTotals& before, const RouteTotals& now);

    // The destination could be had again; it had been failing since then (Unix seconds; 0: it had not).
    void recovered(std::int64_t failing_since, std::uint64_t waiting);
    // Events in the dead letter that an earlier process did not come to tell of.
    void dead(const DeadEvents& events, const std::string& words);
    // Those that no notice has told of, as of what is settled.
    [[nodiscard]] DeadEvents untold() const;
    // Whether something waits to be told, and may be at this position.
    [[nodiscard]] bool wait_at(Position position) const;
    // Notices of a stretch that was not delivered are to be told again.
    void forget_told();
    // The position has passed this stretch: what it told is delivered, and what was refused of it, or could
    // not be rendered, is dead.
    void settled(const Owed& stretch);
    // A minute is over as soon as somebody says so.
    [[nodiscard]] bool waits_for_time() const {
        return enabled_ && state_.minute != 0 && (state_.since.read != 0 || state_.since.lost != 0);
    }

  private:
    struct Gap {
        SpoolGap gap;
        std::optional<Timestamp> since;
        std::uint64_t incarnation;
    };
    struct Outage {
        Timestamp since;
        Timestamp until;
        std::uint64_t waiting = 0;
        bool told = false;
    };
    struct Letters {
        DeadEvents events;
        std::string words;  // of the first
        Timestamp when;     // the first
        bool told = false;  // in a notice that was on its way: it stays as it is
    };
    void resume_count();
    void tell_gaps(const Timestamp& until, Renderer& renderer, OpenBatch& batch);
    void tell_ledger(Position position, const Timestamp& received, Renderer& renderer, OpenBatch& batch);
    void tell_account(Position position, std::int64_t until, Renderer& renderer, OpenBatch& batch);
    void tell_pending(Position position, Renderer& renderer, OpenBatch& batch);
    void look_at_filter(Position position, const Timestamp& received, Renderer& renderer, OpenBatch& batch);
    // Where in the stream a notice belongs, which with its letter is its id: behind the last number before
    // `position`, which is of that incarnation. No seconds: not known when.
    struct Place {
        Position position{};
        std::uint64_t incarnation = 0;
        Timestamp time;
    };
    void tell(Notice notice, char letter, const Place& place, Renderer& renderer, OpenBatch& batch);

    const std::string destination_;
    const bool enabled_;
    NoticeState state_;
    std::vector<Gap> gaps_;
    std::optional<Outage> outage_;
    // Each event is in one notice, whose id is that of its last one. They are told one at a time.
    std::deque<Letters> untold_;
    bool telling_ = false;
    // Two notices at one place would share an id.
    Position outage_told_at_{};
    // Of the filter: since when it has passed nothing, and how much came meanwhile.
    std::optional<Timestamp> passes_nothing_since_;
    std::uint64_t came_meanwhile_ = 0;
    bool told_filter_ = false;
};

}  // namespace tapferry
