#include "agent/routes/late_stretches.h"

#include <algorithm>
#include <cassert>
#include <utility>

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
    if (stretch.given_up) place.given_up = {stretch.position, stretch.to};
    return place;
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
    if (stretches_.size() > 1 && stretch.open == 0 && !stretches_.back().stretch.given_up &&
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
    const bool given_up = stretches_.front().stretch.given_up;
    saved.front() = {place.position, end_of_first(), place.open_from, place.open, place.notices, given_up};
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

// Behind the end of the first nothing is filled, so that nothing is under way when all of it is settled. The
// last batch of the last took the feed's along.
bool LateStretches::go_on() {
    if (!any()) return false;
    const SavedPosition& place = cursor_.settled();
    if (place.position != end_of_first() || place.open != 0) return false;
    assert(cursor_.idle());
    stretches_.pop_front();
    begin_first();
    if (any()) return false;
    assert(!feed_->has_batch());
    odd_events_.add(feed_->odd_events());
    feed_.reset();
    last_read_.reset();
    return true;
}

void LateStretches::rewind() {
    if (!any()) return;
    cursor_.rewind();
    feed_->seek(cursor_.settled());
}

std::uint64_t LateStretches::give_up(InFlight& in_flight, Position begin) {
    if (!any()) return 0;
    const bool first_goes_on = !stretches_.front().stretch.given_up;
    if (first_goes_on) withdraw_unsent(in_flight, Origin::late, cursor_);
    const bool is_under_way = !cursor_.idle();
    if (first_goes_on) divide_first(begin);
    std::uint64_t frames = 0;
    for (std::size_t i = is_under_way ? 1 : 0; i < stretches_.size(); ++i) {
        const GivenUpLate done = tapferry::give_up(stretches_[i].stretch, begin, has_room());
        frames += done.frames;
        if (done.rest) insert_behind(i, *done.rest);
    }
    if (first_goes_on && !is_under_way) begin_first();
    return frames;
}

// What is on its way stays the first, and ends with its queries told, and with its own ledger.
void LateStretches::divide_first(Position begin) {
    LateStretch& first = stretches_.front().stretch;
    if (cursor_.idle()) {
        first = settled().front();
        return;
    }
    const SavedPosition place = cursor_.next_place();
    const Position at = std::max(place.position, begin);
    if (at < first.to && has_room()) {
        LateStretch rest = divide(first, at);
        rest.notices.incarnation = place.notices.incarnation;
        insert_behind(0, rest);
    }
    feed_->end_at(end_of_first());
    feed_->seek(place);
}

void LateStretches::insert_behind(std::size_t index, const LateStretch& stretch) {
    stretches_.insert(stretches_.begin() + static_cast<std::ptrdiff_t>(index) + 1, {stretch, first_position});
}

std::array<std::uint64_t, loss_reason_count> LateStretches::gone_in_hand() const {
    return feed_ ? feed_->gone_in_hand() : std::array<std::uint64_t, loss_reason_count>{};
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
