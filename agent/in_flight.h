// The batches of a route: a few that are filled, lent to the transport and filled again, and what is still
// owed for each ticket when its batch is already back. Owned by the route's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "agent/open_batch.h"
#include "transports/transport.h"

namespace tapferry {

// What a ticket's settling needs.
struct Owed {
    std::vector<DeadFrame> dead_frames;
    std::vector<DeadRow> dead_rows;
    std::vector<LostFrames> lost;
    std::uint64_t unread = 0;                     // as OpenBatch
    std::chrono::steady_clock::time_point since;  // when it was handed to the transport
    Timestamp received;                           // of its first frame; no seconds: it had none
    CutCounts cuts{};                             // of its records
    std::uint64_t left_out = 0;                   // as OpenBatch
    OpenBatch::NoticeCounts notices{};            // likewise

    [[nodiscard]] std::size_t dead() const { return dead_frames.size() + dead_rows.size(); }
};

// A batch that the transport holds.
struct LentBatch {
    std::unique_ptr<OpenBatch> batch;
    std::size_t first = 0;  // as Batch::first
};

class InFlight {
  public:
    explicit InFlight(std::vector<std::unique_ptr<OpenBatch>> batches) : spare_(std::move(batches)) {}

    [[nodiscard]] bool has_spare() const { return !spare_.empty(); }
    [[nodiscard]] bool lends() const { return !lent_.empty(); }
    [[nodiscard]] std::unique_ptr<OpenBatch> take_spare();
    void give_back(std::unique_ptr<OpenBatch> batch) { spare_.push_back(std::move(batch)); }

    // From now on `ticket` owes an outcome.
    void owe(Ticket ticket, OpenBatch& batch);
    void lend(Ticket ticket, LentBatch batch) { lent_.emplace(ticket, std::move(batch)); }

    // Null: its batch is back already.
    [[nodiscard]] const LentBatch* lent(Ticket ticket) const;
    void take_back(Ticket ticket);
    // As take_back(), but out of the pool and with what it owed: it is to be handed over again.
    [[nodiscard]] std::unique_ptr<OpenBatch> reclaim(Ticket ticket);
    // Whether its outcome still matters: it was not forgotten.
    [[nodiscard]] bool matters(Ticket ticket) const { return owed_.contains(ticket); }
    // What the tickets up to this one owed, in order.
    [[nodiscard]] std::vector<Owed> settle(Ticket up_to);
    // Whether dead letters wait for their tickets in such numbers that no more should be taken on.
    [[nodiscard]] bool owes_much() const { return dead_ > max_dead; }
    // No outcome matters any more: the log is read again. Batches come back when the transport says so.
    void forget();

    // When the oldest frame that is not settled was received; none: everything is.
    [[nodiscard]] std::optional<Timestamp> oldest_received() const;

  private:
    static constexpr std::size_t max_dead = 10000;

    std::vector<std::unique_ptr<OpenBatch>> spare_;
    std::map<Ticket, LentBatch> lent_;
    std::map<Ticket, Owed> owed_;
    std::size_t dead_ = 0;  // frames and rows, of all that is owed
};

}  // namespace tapferry
