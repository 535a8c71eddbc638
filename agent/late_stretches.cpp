#include "agent/late_stretches.h"

#include <algorithm>
#include <utility>

#include "agent/second_sending.h"
#include "agent/spool/spool.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// After the log has given nothing, though there should be something.
constexpr auto rest = 100ms;

SavedPosition place_of(const LateStretch& stretch) {
    SavedPosition place;
    place.start = place.position = stretch.position;
    place.open_from = stretch.open_from;
    place.open = stretch.open;
    place.notices = stretch.notices;
    return place;
}

// One that has not begun.
void give_up(const LateStretch& stretch, OpenBatch& batch) {
    const std::uint64_t frames = distance(stretch.position, stretch.to) + stretch.open;
    batch.totals.lost[static_cast<std::size_t>(LossReason::purge)] += frames;
    batch.unread += stretch.open;
    batch.lost.push_back({stretch.position, stretch.to, LossReason::purge});
    batch.notice_state.since.lost += frames;
}

}  // namespace

LateStretches::LateStretches(const DestinationConfig& destination, Spool& spool, CrashWatch& crashes,
                             const std::vector<LateStretch>& saved)
    : destination_(destination), spool_(spool), crashes_(crashes), rate_(destination.catch_up_rate) {
    for (const LateStretch& stretch : saved) stretches_.push_back({stretch, first_position});
    begin_first();
}

// One that begins where the last one ends is a part of it, unless that one's turn has come.
void LateStretches::add(const Cursor::PutOff& put_off) {
    const LateStretch& stretch = put_off.stretch;
    if (stretches_.size() > std::max<std::size_t>(1, given_up_) && stretch.open == 0 &&
        stretches_.back().stretch.to == stretch.position) {
        stretches_.back().stretch.to = stretch.to;
        stretches_.back().furthest = std::max(stretches_.back().furthest, put_off.furthest);
        return;
    }
    stretches_.push_back(put_off);
    if (stretches_.size() == 1) begin_first();
}

void LateStretches::begin_first() {
    while (any() && stretches_.front().stretch.over()) stretches_.pop_front();
    if (!any()) return;
    const auto& [stretch, furthest] = stretches_.front();
    cursor_ = Cursor(place_of(stretch));
    cursor_.handed_over(std::min(furthest, stretch.to));
    if (!feed_) {
        feed_ = std::make_unique<Feed>(destination_, spool_, spool_.reader(stretch.position), nullptr);
        feed_->filler().share(crashes_);
    }
    feed_->end_at(stretch.to);
    feed_->seek(cursor_.settled());
}

std::vector<LateStretch> LateStretches::settled() const {
    std::vector<LateStretch> saved;
    for (const auto& one : stretches_) saved.push_back(one.stretch);
    if (saved.empty()) return saved;
    const SavedPosition& place = cursor_.settled();
    saved.front() = {place.position, end_of_first(), place.open_from, place.open, place.notices};
    return saved;
}

LateStretches::Time LateStretches::next_turn(const InFlight& in_flight) const {
    constexpr Time never = Time::max();
    if (!any() || in_flight.late_waits() || in_flight.owes_much()) return never;
    if (cursor_.submitted_up_to() == end_of_first() && cursor_.open_there() == 0) return never;
    if (!feed_->has_batch() && !in_flight.has_spare_beside()) return never;
    return std::max(rate_.free_from(), rests_until_);
}

std::unique_ptr<OpenBatch> LateStretches::fill(InFlight& in_flight, BatchLimits limits) {
    if (rate_.limits()) limits.max_events = std::min(limits.max_events, rate_.most_at_once());
    if (!feed_->has_batch()) feed_->give(in_flight.take_spare());
    const Position before = feed_->position();
    const std::uint64_t gathered_before = gathered();
    auto batch = feed_->fill(limits, std::nullopt, false);
    const std::uint64_t gathered_now = batch ? batch->totals.rendered : gathered();
    const auto now = Clock::now();
    rate_.sent(gathered_now - std::min(gathered_before, gathered_now), now);
    if (batch && batch->received.seconds != 0) last_read_ = batch->received;
    if (!batch && feed_->position() == before) rests_until_ = now + rest;
    return batch;
}

bool LateStretches::go_on(InFlight& in_flight) {
    if (!any()) return false;
    const SavedPosition& place = cursor_.settled();
    if (place.position != end_of_first() || place.open != 0 || !cursor_.idle()) return false;
    const std::size_t over = std::max<std::size_t>(1, std::exchange(given_up_, 0));
    stretches_.erase(stretches_.begin(), stretches_.begin() + static_cast<std::ptrdiff_t>(over));
    begin_first();
    if (any()) return false;
    odd_events_.add(feed_->odd_events());
    if (auto batch = feed_->take_back()) in_flight.give_back(std::move(batch));
    feed_.reset();
    last_read_.reset();
    return true;
}

void LateStretches::rewind() {
    given_up_ = 0;
    if (!any()) return;
    cursor_.rewind();
    feed_->seek(cursor_.settled());
}

std::unique_ptr<OpenBatch> LateStretches::give_up(InFlight& in_flight, const Feed& feed) {
    if (!any()) return nullptr;
    auto spare = withdraw_unsent(in_flight, Origin::late, cursor_, feed);
    auto batch = feed_->give_up(cursor_.next_place(), end_of_first(), std::move(spare));
    for (std::size_t i = std::max<std::size_t>(1, given_up_); i < stretches_.size(); ++i)
        tapferry::give_up(stretches_[i].stretch, *batch);
    given_up_ = stretches_.size();
    return batch;
}

std::optional<Timestamp> LateStretches::oldest_received(const InFlight& in_flight) const {
    if (const auto oldest = in_flight.oldest_received(Origin::late); oldest && oldest->seconds != 0)
        return oldest;
    return last_read_;
}

std::uint64_t LateStretches::gathered() const {
    const OpenBatch* window = feed_ ? feed_->open_window() : nullptr;
    return window == nullptr ? 0 : window->totals.rendered;
}

OddEvents LateStretches::odd_events() const {
    OddEvents odd = odd_events_;
    if (feed_) odd.add(feed_->odd_events());
    return odd;
}

}  // namespace tapferry
