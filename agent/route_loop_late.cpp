// Of the thread of a route: what it delivers later, what it gives up, and how far all of it is.
#include <algorithm>
#include <utility>

#include "agent/route_loop.h"
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
    const Position end = spool_.end();
    if (distance(cursor_.submitted_up_to(), end) <= few_batches * config_.batch.max_events) return;
    auto spare = withdraw_unsent(in_flight_, Origin::log, cursor_, feed_);
    take_on(feed_.put_off(cursor_.next_place(), end, spool_.incarnation(), std::move(spare)));
}

void Route::Loop::fill_late() {
    if (calls_.stopping() || retry_at_ || in_flight_.waits() || pace_.held()) return;
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
    if (late_.go_on(in_flight_)) report_.tell_caught_up();
}

OrderAnswer Route::Loop::give_up_spool() {
    constexpr auto purge = static_cast<std::size_t>(LossReason::purge);
    auto late = late_.give_up(in_flight_, feed_);
    auto spare = withdraw_unsent(in_flight_, Origin::log, cursor_, feed_);
    auto batch = feed_.give_up(cursor_.next_place(), spool_.end(), std::move(spare));
    std::uint64_t frames = batch->totals.lost[purge];
    if (late) {
        // Nothing follows there: the log's own notices tell of it.
        frames += late->totals.lost[purge];
        for (const auto& [from, to, reason] : late->lost) notices().lost({from, to, reason}, std::nullopt);
        notices().add(late->notice_state.since);
        batch->notice_state = notices().state();
        take_on(std::move(late), Origin::late);
    }
    take_on(std::move(batch));
    save_when_due(true);
    return {OrderAnswer::Result::done, frames, 0, ""};
}

SavedPosition Route::Loop::settled() const {
    SavedPosition place = cursor_.settled();
    place.late = late_.settled();
    return place;
}

std::optional<Timestamp> Route::Loop::oldest_received() const {
    const auto late = late_.oldest_received(in_flight_);
    return late ? late : in_flight_.oldest_received(Origin::log);
}

}  // namespace tapferry
