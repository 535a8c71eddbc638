#include "agent/cursor.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "agent/open_batch.h"

namespace tapferry {

RouteTotals& operator+=(RouteTotals& sum, const RouteTotals& more) {
    sum.read += more.read;
    sum.undecodable += more.undecodable;
    sum.filtered += more.filtered;
    sum.rendered += more.rendered;
    sum.delivered += more.delivered;
    sum.dead_lettered += more.dead_lettered;
    sum.records += more.records;
    sum.repeated += more.repeated;
    sum.paired += more.paired;
    for (std::size_t i = 0; i < sum.lost.size(); ++i) sum.lost[i] += more.lost[i];
    return sum;
}

Stretch stretch_of(Ticket name, const OpenBatch& batch) {
    Stretch stretch{name,         batch.end,          batch.open_from, batch.open,    batch.totals,
                    batch.unread, batch.notice_state, false,           batch.put_off, {}};
    stretch.totals.records = batch.records.size();
    return stretch;
}

void Cursor::submitted(const Stretch& stretch) {
    assert(stretch.end >= submitted_up_to());
    under_way_.push_back(stretch);
    under_way_.back().furthest = furthest_;
    in_flight_ += stretch.totals.rendered;
}

void Cursor::withdraw(Ticket ticket) {
    if (under_way_.empty() || under_way_.back().ticket != ticket) return;
    in_flight_ -= under_way_.back().totals.rendered;
    under_way_.pop_back();
}

SavedPosition Cursor::next_place() const {
    SavedPosition place = settled_;
    if (under_way_.empty()) return place;
    const Stretch& last = under_way_.back();
    place.position = last.end;
    place.open_from = last.open_from;
    place.open = last.open;
    place.notices = last.notices;
    return place;
}

bool Cursor::puts_off() const {
    return std::any_of(under_way_.begin(), under_way_.end(),
                       [](const Stretch& stretch) { return stretch.put_off.has_value(); });
}

void Cursor::handed_over(Position end) {
    furthest_ = std::max(furthest_, end);
}

void Cursor::settle(Ticket ticket, std::uint64_t refused_events, std::uint64_t refused_records) {
    const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                    [&](const Stretch& stretch) { return stretch.ticket == ticket; });
    if (found == under_way_.end()) return;
    found->settled = true;
    RouteTotals& totals = found->totals;
    totals.dead_lettered += refused_events;
    totals.delivered = totals.rendered - totals.dead_lettered;
    totals.records -= refused_records;
    while (!under_way_.empty() && under_way_.front().settled) {
        settled_.totals += under_way_.front().totals;
        settled_.totals.read -= under_way_.front().unread;
        settled_.position = under_way_.front().end;
        settled_.open_from = under_way_.front().open_from;
        settled_.open = under_way_.front().open;
        settled_.notices = under_way_.front().notices;
        settled_ticket_ = under_way_.front().ticket;
        in_flight_ -= under_way_.front().totals.rendered;
        if (const auto& late = under_way_.front().put_off)
            put_off_.push_back({*late, under_way_.front().furthest});
        under_way_.pop_front();
    }
}

void Cursor::rewind() {
    under_way_.clear();
    in_flight_ = 0;
}

Position Cursor::submitted_up_to() const {
    return under_way_.empty() ? settled_.position : under_way_.back().end;
}

bool balanced(const SavedPosition& saved) {
    const RouteTotals& totals = saved.totals;
    const std::uint64_t lost = std::accumulate(totals.lost.begin(), totals.lost.end(), std::uint64_t{0});
    return number(saved.start) + totals.read + lost + late_frames(saved) == number(saved.position) &&
           totals.read ==
               totals.undecodable + totals.filtered + totals.paired + all_open(saved) + totals.rendered &&
           saved.open_from <= saved.position && totals.rendered == totals.delivered + totals.dead_lettered;
}

}  // namespace tapferry
