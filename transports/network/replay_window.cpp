#include "transports/network/replay_window.h"

#include <cassert>

namespace tapferry {

void ReplayWindow::written(Ticket ticket, std::uint64_t end) {
    assert(!full());
    assert(tickets_.empty() || tickets_.back().end <= end);
    tickets_.push_back({ticket, end, {}});
}

void ReplayWindow::acknowledged(std::uint64_t offset, Time now) {
    for (; acknowledged_ < tickets_.size() && tickets_[acknowledged_].end <= offset; ++acknowledged_) {
        tickets_[acknowledged_].acknowledged_at = now;
    }
}

std::optional<Ticket> ReplayWindow::take_accepted(Time now) {
    const auto due = next_accepted();
    if (!due || now < *due) return std::nullopt;
    const Ticket ticket = tickets_.front().ticket;
    tickets_.pop_front();
    --acknowledged_;
    return ticket;
}

std::optional<ReplayWindow::Time> ReplayWindow::next_accepted() const {
    if (acknowledged_ == 0) return std::nullopt;
    return tickets_.front().acknowledged_at + length_;
}

std::vector<Ticket> ReplayWindow::take_all() {
    std::vector<Ticket> all;
    all.reserve(tickets_.size());
    for (const Entry& entry : tickets_) all.push_back(entry.ticket);
    tickets_.clear();
    acknowledged_ = 0;
    return all;
}

}  // namespace tapferry
