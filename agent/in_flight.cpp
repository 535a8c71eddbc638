#include "agent/in_flight.h"

namespace tapferry {

std::unique_ptr<OpenBatch> InFlight::take_spare() {
    auto batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
}

void InFlight::owe(Ticket ticket, OpenBatch& batch) {
    Owed& owed = owed_[ticket];
    owed = {std::move(batch.dead_frames),
            std::move(batch.dead_rows),
            std::move(batch.lost),
            batch.unread,
            std::chrono::steady_clock::now(),
            batch.received,
            batch.records.cut_counts(),
            batch.left_out,
            batch.notices};
    dead_ += owed.dead();
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
    Owed owed = std::move(owed_.extract(ticket).mapped());
    dead_ -= owed.dead();
    batch->dead_frames = std::move(owed.dead_frames);
    batch->dead_rows = std::move(owed.dead_rows);
    batch->lost = std::move(owed.lost);
    return batch;
}

std::vector<Owed> InFlight::settle(Ticket up_to) {
    std::vector<Owed> settled;
    while (!owed_.empty() && owed_.begin()->first <= up_to) {
        dead_ -= owed_.begin()->second.dead();
        settled.push_back(std::move(owed_.begin()->second));
        owed_.erase(owed_.begin());
    }
    return settled;
}

void InFlight::forget() {
    owed_.clear();
    dead_ = 0;
}

std::optional<Timestamp> InFlight::oldest_received() const {
    if (owed_.empty()) return std::nullopt;
    return owed_.begin()->second.received;
}

}  // namespace tapferry
