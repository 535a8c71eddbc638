#include "agent/routes/cursor.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "agent/batches/open_batch.h"

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
    Stretch stretch;
    stretch.ticket = name;
    stretch.end = batch.end;
    stretch.open_from = batch.open_from;
    stretch.open = batch.open;
    stretch.totals = batch.totals;
    stretch.totals.records = batch.records.size();
    stretch.unread = batch.unread;
    stretch.gone = batch.gone();
    stretch.notices = batch.notice_state;
    stretch.put_off = batch.put_off;
    return stretch;
}

void Cursor::submitted(const Stretch& stretch) {
    assert(stretch.end >= submitted_up_to());
    under_way_.push_back(stretch);
    under_way_.back().furthest = furthest_;
    in_flight_ += stretch.totals.rendered;
    for (std::size_t i = 0; i < gone_.size(); ++i) gone_[i] += stretch.gone[i];
}

void Cursor::leave(const Stretch& stretch) {
    in_flight_ -= stretch.totals.rendered;
    for (std::size_t i = 0; i < gone_.size(); ++i) gone_[i] -= stretch.gone[i];
}

void Cursor::withdraw(Ticket ticket) {
    if (under_way_.empty() || under_way_.back().ticket != ticket) return;
    leave(under_way_.back());
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
        leave(under_way_.front());
        const GivenUp& given_up = settled_.given_up;
        const bool stands_before = settled_.position == given_up.from && settled_.open != 0;
        if (settled_.position >= given_up.to && !stands_before) settled_.given_up = {};
        if (const auto& late = under_way_.front().put_off)
            put_off_.push_back({*late, under_way_.front().furthest});
        under_way_.pop_front();
    }
}

Cursor::Obstacle Cursor::before_giving_up(Position begin, Position end) const {
    if (puts_off()) return Obstacle::puts_off;
    const GivenUp& range = settled_.given_up;
    if (range == GivenUp{}) return Obstacle::none;
    if (submitted_up_to() > range.to) return Obstacle::under_way;
    return range.to < begin && begin < end ? Obstacle::dropped : Obstacle::none;
}

std::uint64_t Cursor::give_up(Position begin, Position end) {
    // Of what the log has dropped nobody gives up anything.
    const Position from = std::max(submitted_up_to(), begin);
    GivenUp& range = settled_.given_up;
    const bool goes_on = range != GivenUp{};
    // What lay before the last one was on its way then, and need not be any more. Queries that wait where the
    // last one begins were given up with it.
    const std::uint64_t waiting = open_there();
    const std::uint64_t queries = goes_on && submitted_up_to() >= range.from ? 0 : waiting;
    GivenUp whole{from, std::max(from, end)};
    if (goes_on) whole = {std::min(from, range.from), std::max(whole.to, range.to)};
    const std::uint64_t frames =
        distance(whole.from, whole.to) - (goes_on ? distance(range.from, range.to) : 0);
    if (idle()) {
        lose(waiting);
        settled_.open = 0;
        settled_.open_from = settled_.position;
    }
    if (frames != 0 || (queries != 0 && !idle())) range = whole;
    return frames + queries;
}

const char* words_of(Cursor::Obstacle obstacle) {
    if (obstacle == Cursor::Obstacle::puts_off)
        return "what is to go later waits for events that are on their way: purge again when the destination "
               "has answered, or its connection is over";
    if (obstacle == Cursor::Obstacle::under_way)
        return "what was given up before waits for events that are on their way: purge again when the "
               "destination has answered, or its connection is over";
    return "the log has dropped events behind those that were given up before, and the destination has been "
           "told of neither: purge again when it takes events";
}

// They were counted as read.
void Cursor::lose(std::uint64_t queries) {
    settled_.totals.lost[static_cast<std::size_t>(LossReason::purge)] += queries;
    settled_.totals.read -= queries;
    LedgerCounts& since = settled_.notices.since;
    since.read -= std::min(since.read, queries);
    since.lost += queries;
}

void Cursor::rewind() {
    under_way_.clear();
    in_flight_ = 0;
    gone_ = {};
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
