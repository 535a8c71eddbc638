#include "agent/routes/in_flight.h"

#include <algorithm>

#include "agent/routes/cursor.h"

namespace tapferry {

namespace {

// The oldest that is late, or is not, and has something to send.
template <class Parcels>
auto first_waiting(Parcels& parcels, bool late) {
    return std::find_if(parcels.begin(), parcels.end(), [late](const auto& entry) {
        return !entry.second->waiting.empty() && (entry.second->origin == Origin::late) == late;
    });
}

}  // namespace

std::unique_ptr<OpenBatch> InFlight::take_spare() {
    auto batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
}

Parcel& InFlight::take_on(Ticket name, std::unique_ptr<OpenBatch> batch, Origin origin) {
    Parcel& parcel = parcels_[name];
    parcel.origin = origin;
    parcel.puts_off = batch->put_off.has_value();
    parcel.record_count = batch->records.size();
    parcel.owed = {.dead_frames = std::move(batch->dead_frames),
                   .dead_rows = std::move(batch->dead_rows),
                   .lost = std::move(batch->lost),
                   .unread = batch->unread,
                   .since = std::chrono::steady_clock::now(),
                   .received = batch->received,
                   .cuts = batch->records.cut_counts(),
                   .left_out = batch->left_out,
                   .notices = batch->notices};
    dead_ += parcel.owed.dead();
    if (!batch->records.empty()) parcel.waiting.push_back({0, batch->records.size()});
    parcel.batch = std::move(batch);
    with_batch_.emplace(name, &parcel);
    if (origin == Origin::late) ++late_;
    give_back_if_sent(parcel);
    return parcel;
}

std::optional<Ticket> InFlight::withdraw_last(Origin origin) {
    const auto last = std::find_if(parcels_.rbegin(), parcels_.rend(),
                                   [&](const auto& entry) { return entry.second.origin == origin; });
    if (last == parcels_.rend() || !last->second.waits_whole()) return std::nullopt;
    const Ticket name = last->first;
    dead_ -= last->second.owed.dead();
    if (last->second.batch) give_back(std::move(last->second.batch));
    erase(parcels_.find(name));
    return name;
}

Parcel* InFlight::next() {
    auto first = first_waiting(with_batch_, false);
    if (first == with_batch_.end()) first = first_waiting(with_batch_, true);
    return first == with_batch_.end() || first->second->lent ? nullptr : first->second;
}

bool InFlight::waits() const {
    return first_waiting(with_batch_, false) != with_batch_.end();
}
bool InFlight::late_waits() const {
    return first_waiting(with_batch_, true) != with_batch_.end();
}

bool InFlight::lends_parcels() const {
    return std::any_of(with_batch_.begin(), with_batch_.end(),
                       [](const auto& entry) { return entry.second->lent.has_value(); });
}

Piece InFlight::lend(Parcel& parcel, Ticket ticket, std::size_t most) {
    Piece& front = parcel.waiting.front();
    Piece piece = front;
    piece.last = piece.first + std::min(piece.size(), most);
    if (piece.last == front.last)
        parcel.waiting.pop_front();
    else
        front.first = piece.last;
    const auto name = std::find_if(with_batch_.begin(), with_batch_.end(), [&](const auto& entry) {
                          return entry.second == &parcel;
                      })->first;
    if (parcel.out == 0 && !parcel.lent) parcel.owed.since = std::chrono::steady_clock::now();
    out_[ticket] = {name, piece, false};
    parcel.lent = ticket;
    ++parcel.out;
    return piece;
}

void InFlight::take_back(Parcel& parcel, Ticket ticket) {
    const Piece piece = out_.at(ticket).piece;
    out_.erase(ticket);
    parcel.lent.reset();
    --parcel.out;
    if (!parcel.waiting.empty() && parcel.waiting.front().first == piece.last &&
        parcel.waiting.front().handed_over == piece.handed_over)
        parcel.waiting.front().first = piece.first;
    else
        parcel.waiting.push_front(piece);
}

InFlight::Out* InFlight::find(Ticket ticket) {
    const auto found = out_.find(ticket);
    return found == out_.end() ? nullptr : &found->second;
}

void InFlight::release(Ticket ticket) {
    Out& out = out_.at(ticket);
    out.released = true;
    Parcel& parcel = parcel_of(out);
    if (parcel.lent == ticket) parcel.lent.reset();
    give_back_if_sent(parcel);
}

void InFlight::conclude(Ticket ticket, const std::vector<Piece>& again, bool behind) {
    Parcel& parcel = parcel_of(out_.at(ticket));
    out_.erase(ticket);
    if (parcel.lent == ticket) parcel.lent.reset();
    --parcel.out;
    parcel.waiting.insert(behind ? parcel.waiting.end() : parcel.waiting.begin(), again.begin(), again.end());
    give_back_if_sent(parcel);
}

void InFlight::give_back_if_sent(Parcel& parcel) {
    if (!parcel.batch || parcel.lent || !parcel.waiting.empty()) return;
    give_back(std::move(parcel.batch));
    std::erase_if(with_batch_, [&](const auto& entry) { return entry.second == &parcel; });
}

InFlight::Parcels::iterator InFlight::erase(Parcels::iterator parcel) {
    with_batch_.erase(parcel->first);
    if (parcel->second.origin == Origin::late) --late_;
    return parcels_.erase(parcel);
}

void InFlight::take_back_stray(Ticket ticket) {
    if (auto node = strays_.extract(ticket)) give_back(std::move(node.mapped()));
}

std::vector<Owed> InFlight::settle(Ticket up_to, Origin origin) {
    std::vector<Owed> settled;
    for (auto parcel = parcels_.begin(); parcel != parcels_.end() && parcel->first <= up_to;) {
        if (parcel->second.origin != origin) {
            ++parcel;
            continue;
        }
        dead_ -= parcel->second.owed.dead();
        settled.push_back(std::move(parcel->second.owed));
        parcel = erase(parcel);
    }
    return settled;
}

void InFlight::drop(Ticket name) {
    if (const auto parcel = parcels_.find(name); parcel != parcels_.end()) erase(parcel);
}

void InFlight::forget() {
    for (auto& [name, parcel] : parcels_) {
        if (parcel.lent)
            strays_.emplace(*parcel.lent, std::move(parcel.batch));
        else if (parcel.batch)
            give_back(std::move(parcel.batch));
    }
    parcels_.clear();
    with_batch_.clear();
    late_ = 0;
    out_.clear();
    dead_ = 0;
}

std::optional<Timestamp> InFlight::oldest_received(Origin origin) const {
    if (origin == Origin::late && late_ == 0) return std::nullopt;
    const auto oldest = std::find_if(parcels_.begin(), parcels_.end(),
                                     [&](const auto& entry) { return entry.second.origin == origin; });
    if (oldest == parcels_.end()) return std::nullopt;
    return oldest->second.owed.received;
}

void withdraw_unsent(InFlight& in_flight, Origin origin, Cursor& cursor) {
    while (const auto name = in_flight.withdraw_last(origin)) cursor.withdraw(*name);
}

}  // namespace tapferry
