#include "agent/in_flight.h"

namespace tapferry {

std::unique_ptr<OpenBatch> InFlight::take_spare() {
    auto batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
}

void InFlight::owe(Ticket ticket, OpenBatch& batch) {
    owed_[ticket] = {std::move(batch.dead_frames), std::move(batch.lost), std::chrono::steady_clock::now(),
                     batch.received};
}

const LentBatch* InFlight::lent(Ticket ticket) const {
    const auto found = lent_.find(ticket);
    return found == lent_.end() ? nullptr : &found->second;
}

void InFlight::take_back(Ticket ticket) {
    if (auto node = lent_.extract(ticket)) spare_.push_back(std::move(node.mapped().batch));
}

std::unique_ptr<OpenBatch> InFlight::reclaim(Ticket ticket) {
    auto batch = std::move(lent_.extract(ticket).mapped().batch);
    Owed owed = settle(ticket);
    batch->dead_frames = std::move(owed.dead_frames);
    batch->lost = std::move(owed.lost);
    return batch;
}

Owed InFlight::settle(Ticket ticket) {
    auto node = owed_.extract(ticket);
    return std::move(node.mapped());
}

std::optional<Timestamp> InFlight::oldest_received() const {
    if (owed_.empty()) return std::nullopt;
    return owed_.begin()->second.received;
}

}  // namespace tapferry
