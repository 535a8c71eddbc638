// How much of a route's events goes at once, and from when on: as the configuration says, less after a
// failure and while the destination refuses too much. Owned by the route's thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

#include "agent/config/config.h"
#include "agent/routes/rate_limit.h"
#include "transports/transport.h"

namespace tapferry {

class Pace {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit Pace(const DestinationConfig& destination)
        : configured_(destination.batch), rate_(destination.max_rate) {}

    // Of the next batch.
    [[nodiscard]] BatchLimits limits() const {
        BatchLimits limits = configured_;
        limits.max_bytes = std::min(limits.max_bytes, most_bytes_);
        if (probing_) limits.max_events = std::min(limits.max_events, probe_events);
        if (rate_.limits()) limits.max_events = std::min(limits.max_events, rate_.most_at_once());
        return limits;
    }
    // Records of the next piece.
    [[nodiscard]] std::size_t most_records() const {
        if (held_) return held_probe_records;
        if (probing_) return probe_events;
        return rate_.limits() ? rate_.most_at_once() : ~std::size_t{0};
    }
    // To see what becomes of it.
    [[nodiscard]] bool one_at_a_time() const { return probing_ || held_; }
    // From when on more may go; none: now.
    [[nodiscard]] std::optional<Time> waits_until(Time now) const {
        if (rate_.limits() && rate_.free_from() > now) return rate_.free_from();
        return std::nullopt;
    }
    void sent(std::uint64_t events, Ticket ticket, Time now) {
        rate_.sent(events, now);
        if (held_) held_probe_ = ticket;
    }

    // The far side could not be had; and it took bytes.
    void failed() { probing_ = true; }
    void taken() { probing_ = false; }
    // So many bytes at once were too much: what follows is filled so that it is taken.
    void too_big(std::size_t bytes) { most_bytes_ = std::min(most_bytes_, bytes / 2); }

    // Too much was refused: only a few records now and then, until that is over.
    void hold() { held_ = true; }
    void let_go() {
        held_ = false;
        held_probe_.reset();
    }
    [[nodiscard]] bool held() const { return held_; }
    // The last few records that went while it is held.
    [[nodiscard]] bool is_held_probe(Ticket ticket) const { return held_probe_ == ticket; }

  private:
    // After a failure one small batch goes first, to see whether the far side is there.
    static constexpr std::size_t probe_events = 100;
    static constexpr std::size_t held_probe_records = 10;

    const BatchLimits configured_;
    RateLimit rate_;
    std::size_t most_bytes_ = ~std::size_t{0};  // of a batch, as the far side has let us know
    bool probing_ = false;
    bool held_ = false;
    std::optional<Ticket> held_probe_;
};

}  // namespace tapferry
