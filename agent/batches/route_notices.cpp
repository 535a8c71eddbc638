#include "agent/batches/route_notices.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

namespace tapferry {

namespace {

constexpr std::int64_t ledger_seconds = 60;
// So long may a filter pass nothing before that is told.
constexpr std::int64_t filter_patience = 600;

NoticeReason reason_of(LossReason reason) {
    switch (reason) {
        case LossReason::retention:
            return NoticeReason::retention;
        case LossReason::damage:
            return NoticeReason::damage;
        case LossReason::power:
            return NoticeReason::power;
        case LossReason::disk:
            return NoticeReason::disk;
        case LossReason::purge:
            return NoticeReason::purge;
    }
    return NoticeReason::damage;
}

std::int64_t minute_of(const Timestamp& time) {
    return time.seconds - time.seconds % ledger_seconds;
}

Timestamp wall_clock() {
    using namespace std::chrono;
    const auto since = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    return {since / 1000, static_cast<std::uint32_t>(since % 1000 * 1'000'000)};
}

std::uint64_t all_lost(const RouteTotals& totals) {
    return std::accumulate(totals.lost.begin(), totals.lost.end(), std::uint64_t{0});
}

}  // namespace

void RouteNotices::resume(const NoticeState& state) {
    state_ = state;
    resume_count();
    forget_told();
}

void RouteNotices::put_off(Position position, const NoticeState& state, std::uint64_t incarnation,
                           Renderer& renderer, OpenBatch& batch) {
    if (enabled_) tell_gaps({}, renderer, batch);
    resume_count();
    state_ = state;
    close(position, renderer, batch);
    if (enabled_) tell_pending(position, renderer, batch);
    state_ = {incarnation, 0, {}};
}

void RouteNotices::close(Position position, Renderer& renderer, OpenBatch& batch) {
    if (!enabled_ || state_.since.read + state_.since.lost == 0) return;
    tell_account(position, state_.minute == 0 ? 0 : state_.minute + ledger_seconds, renderer, batch);
}

void RouteNotices::add(const LedgerCounts& counts) {
    state_.since += counts;
}

void RouteNotices::resume_count() {
    gaps_.clear();
    passes_nothing_since_.reset();
    came_meanwhile_ = 0;
}

void RouteNotices::forget_told() {
    if (outage_) outage_->told = false;
    outage_told_at_ = {};
    telling_ = false;
}

void RouteNotices::settled(const Owed& stretch) {
    const auto delivered = [&](NoticeKind kind) {
        return stretch.notices[static_cast<std::size_t>(kind)] != 0;
    };
    if (outage_ && outage_->told && delivered(NoticeKind::recovered)) outage_.reset();
    if (telling_ && delivered(NoticeKind::dead_letter)) {
        untold_.pop_front();
        telling_ = false;
    }
    if (!stretch.dead_records.empty()) dead(stretch.refused, stretch.dead_records.front().words);
    if (const auto& frames = stretch.dead_frames; !frames.empty())
        dead({frames.size(), frames.front().id.sequence, frames.back().id.sequence}, frames.front().words);
}

void RouteNotices::before(Position position, const Timestamp& received, Renderer& renderer,
                          OpenBatch& batch) {
    if (!enabled_) return;
    tell_gaps(received, renderer, batch);
    tell_ledger(position, received, renderer, batch);
    tell_pending(position, renderer, batch);
    look_at_filter(position, received, renderer, batch);
}

void RouteNotices::end(Position position, Renderer& renderer, OpenBatch& batch) {
    if (!enabled_) return;
    tell_gaps({}, renderer, batch);
    tell_pending(position, renderer, batch);
}

void RouteNotices::lost(const SpoolGap& gap, const std::optional<Timestamp>& since) {
    if (enabled_) gaps_.push_back({gap, since, state_.incarnation});
}

void RouteNotices::count(const RouteTotals& before, const RouteTotals& now) {
    LedgerCounts& since = state_.since;
    since.read += now.read - before.read;
    since.lost += all_lost(now) - all_lost(before);
    since.undecodable += now.undecodable - before.undecodable;
    since.filtered += now.filtered - before.filtered;
    since.paired += now.paired - before.paired;
    since.rendered += now.rendered - before.rendered;
    came_meanwhile_ += now.read - before.read;
    if (now.rendered != before.rendered) {
        passes_nothing_since_.reset();
        came_meanwhile_ = 0;
        told_filter_ = false;
    }
}

void RouteNotices::recovered(std::int64_t failing_since, std::uint64_t waiting) {
    if (!enabled_ || failing_since == 0) return;
    // An outage that begins before the last one's end was told is a part of it.
    if (!outage_) outage_ = Outage{{failing_since, 0}, {}, waiting, false};
    outage_->until = wall_clock();
    outage_->waiting = std::max(outage_->waiting, waiting);
}

void RouteNotices::dead(const DeadEvents& events, const std::string& words) {
    if (!enabled_ || events.events == 0) return;
    if (untold_.empty() || untold_.back().told) untold_.push_back({{}, words, wall_clock()});
    untold_.back().events.add(events);
}

DeadEvents RouteNotices::untold() const {
    DeadEvents all;
    for (const Letters& letters : untold_) all.add(letters.events);
    return all;
}

bool RouteNotices::wait_at(Position position) const {
    return enabled_ &&
           ((outage_ && !outage_->told && outage_told_at_ != position) || (!untold_.empty() && !telling_));
}

void RouteNotices::tell_gaps(const Timestamp& until, Renderer& renderer, OpenBatch& batch) {
    for (const Gap& one : gaps_) {
        Notice notice;
        notice.kind = NoticeKind::gap;
        notice.reason = reason_of(one.gap.reason);
        notice.count = distance(one.gap.from, one.gap.to);
        notice.first = number(one.gap.from);
        notice.last = number(one.gap.to) - 1;
        notice.from = one.since.value_or(Timestamp{});
        notice.until = until;
        const Timestamp& time = until.seconds != 0 ? until : notice.from;
        tell(notice, 'g', {one.gap.to, one.incarnation, time}, renderer, batch);
    }
    gaps_.clear();
}

void RouteNotices::tell_ledger(Position position, const Timestamp& received, Renderer& renderer,
                               OpenBatch& batch) {
    const std::int64_t minute = minute_of(received);
    if (minute == state_.minute) return;
    if (state_.minute != 0 && state_.since.read + state_.since.lost != 0)
        tell_account(position, minute, renderer, batch);
    state_.minute = minute;
}

// What was counted since the last ledger, which was over before `until`.
void RouteNotices::tell_account(Position position, std::int64_t until, Renderer& renderer, OpenBatch& batch) {
    const LedgerCounts since = std::exchange(state_.since, {});
    Notice notice;
    notice.kind = NoticeKind::ledger;
    notice.count = since.read + since.lost;
    notice.first = number(position) - std::min(notice.count, number(position) - 1);
    notice.last = number(position) - 1;
    notice.from = {state_.minute, 0};
    notice.until = {until, 0};
    notice.ledger = since;
    tell(notice, 'l', {position, state_.incarnation, {until, 0}}, renderer, batch);
}

void RouteNotices::tell_pending(Position position, Renderer& renderer, OpenBatch& batch) {
    if (outage_ && !outage_->told && outage_told_at_ != position) {
        Notice notice;
        notice.kind = NoticeKind::recovered;
        notice.count = outage_->waiting;
        notice.from = outage_->since;
        notice.until = outage_->until;
        outage_->told = true;
        outage_told_at_ = position;
        tell(notice, 'r', {position, state_.incarnation, outage_->until}, renderer, batch);
    }
    if (!untold_.empty() && !telling_) {
        telling_ = true;
        Letters& letters = untold_.front();
        letters.told = true;
        Notice notice;
        notice.kind = NoticeKind::dead_letter;
        notice.count = letters.events.events;
        notice.first = letters.events.first;
        notice.last = letters.events.last;
        notice.words = letters.words;
        tell(notice, 'd', {Position{notice.last + 1}, state_.incarnation, letters.when}, renderer, batch);
    }
}

// Told once, until something passes again.
void RouteNotices::look_at_filter(Position position, const Timestamp& received, Renderer& renderer,
                                  OpenBatch& batch) {
    if (!passes_nothing_since_) passes_nothing_since_ = received;
    if (told_filter_ || came_meanwhile_ == 0 ||
        received.seconds - passes_nothing_since_->seconds < filter_patience)
        return;
    told_filter_ = true;
    Notice notice;
    notice.kind = NoticeKind::nothing_passes;
    notice.count = came_meanwhile_;
    notice.from = *passes_nothing_since_;
    notice.until = received;
    tell(notice, 'f', {position, state_.incarnation, received}, renderer, batch);
}

void RouteNotices::tell(Notice notice, char letter, const Place& place, Renderer& renderer,
                        OpenBatch& batch) {
    notice.destination = destination_;
    Event event;
    event.kind = EventKind::notice;
    event.notice = &notice;
    event.id = {place.incarnation, number(place.position) - 1, letter};
    // Of a gap that nothing is known to lie before or behind.
    event.time = event.received = place.time.seconds != 0 ? place.time : wall_clock();
    event.time_digits = 3;
    event.time_source = TimeSource::agent;
    renderer.tell(event, batch);
}

}  // namespace tapferry
