// How much of a route's events goes at once, and when: as the configuration says, little after a failure and
// only after a pause, and next to nothing while the destination refuses too much. Owned by the route's
// thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "agent/config/config.h"
#include "agent/routes/backoff.h"
#include "agent/routes/rate_limit.h"
#include "agent/routes/refusal_brake.h"
#include "transports/transport.h"

namespace tapferry {

class Pace {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Pace(const DestinationConfig& destination);

    // Of the next batch.
    [[nodiscard]] BatchLimits limits() const;
    // Records of the next piece.
    [[nodiscard]] std::size_t most_records() const;
    // To see what becomes of it.
    [[nodiscard]] bool one_at_a_time() const { return probing_ || held(); }
    // From when on more may go; none: now.
    [[nodiscard]] std::optional<Time> waits_until(Time now) const {
        if (rate_.limits() && rate_.free_from() > now) return rate_.free_from();
        return std::nullopt;
    }
    // Nothing goes before that, whatever there is; none: it may.
    [[nodiscard]] std::optional<Time> pauses_until() const { return pauses_until_; }
    void end_pause() { pauses_until_.reset(); }
    void sent(std::uint64_t events, Ticket ticket, Time now) {
        rate_.sent(events, now);
        if (held_) held_probe_ = ticket;
    }

    // The far side could not be had, and asks to be left alone for so long.
    void failed(Time now, bool needs_a_person = false, std::chrono::milliseconds retry_after = {});
    // It took bytes, and says later what becomes of them.
    void taken();
    // It said what becomes of them.
    void answered();
    // It is there again, as it was not for some time; told once.
    [[nodiscard]] bool take_return() { return std::exchange(returned_, false); }
    // So many bytes at once were too much: what follows is filled so that it is taken.
    void too_big(std::size_t bytes) { most_bytes_ = std::min(most_bytes_, bytes / 2); }

    // It accepted so many records and refused so many others: how many of these are to be believed. If not
    // all, so much was refused that the configuration must be wrong, and it is held.
    [[nodiscard]] std::size_t take_refusals(std::size_t accepted, std::size_t refused);
    // Only a few records now and then go, until it is let go.
    [[nodiscard]] bool held() const { return held_; }
    // The last few records that went while it is held.
    [[nodiscard]] bool is_held_probe(Ticket ticket) const { return held_probe_ == ticket; }
    // The next few go after a long pause.
    void stay_held(Time now) { pause(now, backoff_.slow()); }
    void let_go();

  private:
    // After a failure one small batch goes first, to see whether the far side is there.
    static constexpr std::size_t probe_events = 100;
    static constexpr std::size_t held_probe_records = 10;
    // It may not ask to be left alone for longer.
    static constexpr std::chrono::milliseconds longest_retry_after = std::chrono::minutes{5};

    void pause(Time now, std::chrono::milliseconds length);
    void note_there() { returned_ = std::exchange(away_, false) || returned_; }

    const BatchLimits configured_;
    RateLimit rate_;
    Backoff backoff_;
    RefusalBrake brake_;
    std::size_t most_bytes_ = ~std::size_t{0};  // of a batch, as the far side has let us know
    std::optional<Time> pauses_until_;
    bool probing_ = false;
    bool away_ = true;  // it was not there when it was tried last, or was not tried yet
    bool returned_ = false;
    bool held_ = false;
    std::optional<Ticket> held_probe_;
};

}  // namespace tapferry
