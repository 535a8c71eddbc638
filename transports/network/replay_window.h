// Plain TCP confirms nothing but what the peer's kernel has taken, so a batch counts as accepted only when
// that was long enough ago for a dying peer to show. This remembers the batches of one connection until then.
// Pure: the time is passed in. Owned by Stream and Fluent, one
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "transports/transport.h"

namespace tapferry {

class ReplayWindow {
  public:
    using Time = std::chrono::steady_clock::time_point;
    // 60 s, the longest window that can be configured, at 270 batches a second.
    static constexpr std::size_t default_tickets = 16384;

    // `length`: how long ago the acknowledgement must be, 0 or more. `max_tickets`: remembered at once, at
    // least 1.
    explicit ReplayWindow(std::chrono::milliseconds length, std::size_t max_tickets = default_tickets)
        : length_(length), max_tickets_(max_tickets) {}

    [[nodiscard]] bool empty() const { return tickets_.empty(); }
    [[nodiscard]] bool full() const { return tickets_.size() >= max_tickets_; }
    // Some bytes are still to be acknowledged.
    [[nodiscard]] bool unacknowledged() const { return acknowledged_ < tickets_.size(); }

    // `ticket` is wholly written and ends at `end`, counted in bytes from the connection's beginning. Not
    // when full().
    void written(Ticket ticket, std::uint64_t end);
    // The peer's kernel has every byte before `offset`.
    void acknowledged(std::uint64_t offset, Time now);
    // The oldest ticket when it is accepted by now, and forgets it.
    std::optional<Ticket> take_accepted(Time now);
    // When take_accepted() will give the next one; none while that one is not acknowledged.
    [[nodiscard]] std::optional<Time> next_accepted() const;
    // The connection is over: gives all tickets back, oldest first. Offsets begin anew.
    std::vector<Ticket> take_all();

  private:
    struct Entry {
        Ticket ticket{};
        std::uint64_t end = 0;
        Time acknowledged_at;
    };

    std::chrono::milliseconds length_;
    std::size_t max_tickets_;
    std::deque<Entry> tickets_;
    std::size_t acknowledged_ = 0;  // so many of tickets_, from the oldest on, are
};

}  // namespace tapferry
