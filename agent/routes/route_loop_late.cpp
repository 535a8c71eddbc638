// Of the thread of a route: what it delivers later, what it gives up, and how far all of it is.
#include <algorithm>
#include <utility>

#include "agent/routes/route_loop.h"
#include "agent/spool/spool.h"

namespace tapferry {

using Clock = std::chrono::steady_clock;

namespace {

// What so many batches hold is sent at once, and not put off.
constexpr std::uint64_t few_batches = 10;

}  // namespace

void Route::Loop::put_off_backlog() {
    if (config_.catch_up != CatchUp::live_first || calls_.stopping()) return;
    if (cursor_.puts_off() || !late_.has_room()) return;
    const Position from = cursor_.submitted_up_to();
    // What was given up is passed first, and what waits behind it is looked at once more.
    const GivenUp& given_up = cursor_.settled().given_up;
    backlog_due_ = from < given_up.to;
    const Position end = backlog_due_ ? std::max(from, given_up.from) : spool_.end();
    if (distance(from, end) <= few_batches * config_.batch.max_events) return;
    withdraw_unsent(in_flight_, Origin::log, cursor_);
    // Without a spare batch all of them are at the transport; one more does not matter for once.
    auto spare = in_flight_.has_spare() ? in_flight_.take_spare() : std::move(feed_.make_batches(1).front());
    take_on(feed_.put_off(cursor_.next_place(), end, spool_.incarnation(), std::move(spare)));
}

// Where it has failed or is held meanwhile, the batch waits.
void Route::Loop::fill_late() {
    if (calls_.stopping() || in_flight_.waits()) return;
    if (late_.next_turn(in_flight_) > Clock::now()) return;
    if (auto batch = late_.fill(in_flight_, pace_.limits()))
        take_on(std::move(batch), Origin::late);
    else
        publish();
}

// The position has passed what was put off.
void Route::Loop::add_late() {
    for (const auto& put_off : cursor_.take_put_off()) {
        report_.tell_put_off(put_off.stretch);
        late_.add(put_off);
    }
}

// What became of late frames is counted with the others.
void Route::Loop::go_on_late() {
    cursor_.add(late_.cursor().take_totals());
    if (late_.go_on()) report_.tell_caught_up();
}

// Saved at once: neither a broken connection nor a crash brings it back. What was sent and not accepted may
// be at the far side and goes on; the rest is told as a gap behind it.
OrderAnswer Route::Loop::give_up_spool() {
    withdraw_unsent(in_flight_, Origin::log, cursor_);
    const Position begin = spool_.removed_before();
    const Position end = spool_.end();
    if (const auto obstacle = cursor_.before_giving_up(begin, end); obstacle != Cursor::Obstacle::none) {
        feed_.seek(cursor_.next_place());
        return {OrderAnswer::Result::refused, 0, 0, words_of(obstacle)};
    }
    std::uint64_t frames = late_.give_up(in_flight_, begin);
    frames += cursor_.give_up(begin, end);
    feed_.seek(cursor_.next_place());
    if (frames != 0) report_.tell_given_up(frames);
    save_when_due(true);
    publish();
    if (!keeper_.has(settled()))
        return {OrderAnswer::Result::failed, frames, 0,
                "given up, but the position cannot be saved: after a crash it comes back"};
    return {OrderAnswer::Result::done, frames, 0, ""};
}

std::array<std::uint64_t, loss_reason_count> Route::Loop::lost_ahead() const {
    std::array<std::uint64_t, loss_reason_count> lost{};
    for (const auto& gone : {cursor_.gone_under_way(), late_.cursor().gone_under_way(), feed_.gone_in_hand(),
                             late_.gone_in_hand()})
        for (std::size_t i = 0; i < lost.size(); ++i) lost[i] += gone[i];
    const SavedPosition saved = settled();
    lost[static_cast<std::size_t>(LossReason::retention)] +=
        dropped_ahead(saved, feed_.read_up_to(), late_.read_up_to(), spool_.removed_before());
    lost[static_cast<std::size_t>(LossReason::purge)] = given_up_ahead(saved);
    return lost;
}

SavedPosition Route::Loop::settled() const {
    SavedPosition place = cursor_.settled();
    place.late = late_.settled();
    place.untold = feed_.filler().notices().untold();
    return place;
}

std::optional<Timestamp> Route::Loop::oldest_received() const {
    const auto late = late_.oldest_received(in_flight_);
    return late ? late : in_flight_.oldest_received(Origin::log);
}

}  // namespace tapferry
