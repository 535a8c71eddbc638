#include "agent/routes/route_loop.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "agent/log.h"
#include "agent/spool/death_point.h"
#include "agent/spool/disk.h"
#include "agent/spool/spool.h"
#include "transports/make_transport.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// How long a thread with nothing to do sleeps before it looks around.
constexpr auto idle_wait = 500ms;
// The same while the far side still owes an answer: its connection is watched.
constexpr auto watching_wait = 100ms;
// The same while the transport holds bytes that are still going out.
constexpr auto sending_wait = 5ms;
// Between two looks at what happens without a word.
constexpr auto look_around_every = 200ms;
constexpr auto look_around_failing = 1s;
// A far side that takes and says nothing may think so long at least.
constexpr std::chrono::milliseconds least_patience = 10s;

// One batch is filled while others are on their way, and one more goes late.
std::size_t most_batches(const DestinationConfig& destination) {
    const std::size_t late = destination.catch_up == CatchUp::live_first ? 1 : 0;
    return std::max<std::size_t>(most_batches_of(destination.transport, destination.batch.max_events), 2) +
           1 + late;
}

}  // namespace

Route::Loop::Loop(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log, Parts parts)
    : config_(std::move(config)),
      spool_(spool),
      keeper_(places.position, disk, spool),
      cursor_(keeper_.load(config_, log)),
      feed_(config_, spool, spool.reader(cursor_.settled().position), std::move(parts.encoder)),
      late_(config_, spool, feed_.filler().crashes(), cursor_.take_late()),
      in_flight_(feed_.make_batches(most_batches(config_))),
      transport_(parts.transport ? std::move(parts.transport) : make_transport(config_.transport)),
      pace_(config_),
      report_(config_, cursor_.settled().totals, log),
      burial_(DeadLetter(places.dead_letter, config_.dead_letter_bytes), report_),
      letters_(burial_, report_, feed_) {
    notices().dead(cursor_.settled().untold, "refused before the last start");
    // Where it begins is kept before anything is delivered: a restart must not begin elsewhere.
    keeper_.save(settled(), report_);
    feed_.seek(cursor_.settled());
    keeper_.keep_notes_of(feed_.filler().crashes(), config_, log);
    publish();
}

void Route::Loop::start(bool follows_trouble) {
    if (follows_trouble) report_.follow_trouble();
    thread_ = std::thread([this] { run(); });
}

void Route::Loop::stop(Clock::time_point deadline) {
    calls_.stop(spool_.end(), deadline);
    spool_.wake_all();
}

void Route::Loop::let_go() {
    calls_.let_go();
    spool_.wake_all();
}

void Route::Loop::order(RouteOrder order, OrderReply reply) {
    calls_.order(order, std::move(reply));
    spool_.wake_all();
}

void Route::Loop::join() {
    if (thread_.joinable()) thread_.join();
}

void Route::Loop::run() {
    const CrashWatch::ThisThread watched(feed_.filler().crashes());
    while (!finished()) {
        if (calls_.take_let_go()) let_go_now();
        for (const auto& [order, reply] : calls_.take_orders())
            reply(order == RouteOrder::purge_spool ? give_up_spool() : letters_.obey(order));
        if (wait_out_failure()) continue;
        if (pace_.take_return()) backlog_due_ = true;
        if (std::exchange(backlog_due_, false)) put_off_backlog();
        const bool may_fill = !in_flight_.waits() && !pace_.held();
        if (may_fill &&
            (calls_.stopping() || !letters_.take_turn(in_flight_, pace_.limits(), next_ticket_))) {
            fill();
            fill_late();
        }
        hand_over();
        collect(next_look());
        save_when_due(false);
        look_around();
    }
    save_when_due(true);
    calls_.hear_no_more();
    report_.stopped();
}

// What nobody else tells of: that the spool drops what waits here, and that the far side has it in hand and
// says nothing.
void Route::Loop::look_around() {
    const auto now = Clock::now();
    if (now < look_around_at_) return;
    look_around_at_ = now + look_around_every;
    const auto lost = lost_ahead();
    report_.tell_dropped(lost[static_cast<std::size_t>(LossReason::retention)]);
    report_.tell_dead_when_due();
    report_.tell_changes_when_due(behind());
    if (lost != published_lost_) publish();
    if (!in_flight_.awaits()) heard_at_ = now;
    const auto silence = now - heard_at_;
    const auto patience = std::max<std::chrono::milliseconds>(config_.retry.max, least_patience) +
                          time_to_accept(config_.transport);
    if (report_.failing() || silence < patience) return;
    report_.silent(std::chrono::duration_cast<std::chrono::seconds>(silence), behind(), oldest_received());
    publish();
}

Clock::time_point Route::Loop::next_look() const {
    const auto now = Clock::now();
    if (!in_flight_.waits() && !pace_.held() && (feed_.has_batch() || in_flight_.has_spare())) return now;
    return std::min(pace_.waits_until(now).value_or(Clock::time_point::max()), now + watching_wait);
}

bool Route::Loop::finished() {
    const auto stop = calls_.stop_asked();
    if (!stop) return false;
    if (Clock::now() >= stop->deadline || gave_up_stopping_ || pace_.held()) return true;
    // An aggregate whose window is not over waits in the spool.
    if (feed_.position() < stop->up_to || in_flight_.waits() || in_flight_.late_waits()) return false;
    if (!told_transport_) {
        told_transport_ = true;
        transport_->finish(stop->deadline);
    }
    return cursor_.idle() && late_.cursor().idle() && !letters_.under_way();
}

bool Route::Loop::wait_out_failure() {
    const auto retry_at = pace_.pauses_until();
    if (!retry_at) return false;
    const auto look_at = Clock::now() + look_around_failing;
    calls_.wait_until(std::min(*retry_at, look_at));
    if (look_at < *retry_at && !calls_.waiting())
        look_around();
    else if (!calls_.ordered())
        pace_.end_pause();
    return true;
}

void Route::Loop::fill() {
    if (!feed_.has_batch() && !in_flight_.has_spare()) return;
    if (in_flight_.owes_much()) return collect(Clock::now() + watching_wait);
    const auto stop = calls_.stop_asked();
    const bool there = stop || frames_are_there();
    if (!there && (pace_.pauses_until() || calls_.ordered() ||
                   (!feed_.time_may_have_passed() && !notices().wait_at(feed_.position()))))
        return;
    if (!feed_.has_batch()) feed_.give(in_flight_.take_spare());
    const auto until = stop ? std::optional{stop->up_to} : std::nullopt;
    if (auto batch = feed_.fill(pace_.limits(), until, there))
        take_on(std::move(batch));
    else
        publish();
}

bool Route::Loop::frames_are_there() {
    const Position here = feed_.position();
    if ((in_flight_.lends() || in_flight_.late_waits()) && spool_.end() <= here) {
        // Bytes of a batch are still going out, or wait for that: that is what this thread is needed for.
        collect(Clock::now() + sending_wait);
        return false;
    }
    const bool idle = cursor_.idle() && late_.cursor().idle();
    const auto wait = letters_.can_go(in_flight_) ? 0ms : idle ? idle_wait : watching_wait;
    if (!spool_.wait_beyond(here, std::min(Clock::now() + wait, late_.next_turn(in_flight_)))) return false;
    if (!linger(here + (feed_.enough(pace_.limits().max_events) - 1))) return false;
    return !pace_.pauses_until() && !in_flight_.waits() && !pace_.held();
}

bool Route::Loop::linger(Position full) {
    const auto until = lingers_until_.value_or(Clock::now() + config_.batch.linger);
    lingers_until_ = until;
    while (!calls_.stopping() && !pace_.pauses_until() && !in_flight_.waits() && Clock::now() < until &&
           spool_.end() <= full) {
        const auto late = late_.next_turn(in_flight_);
        if (late <= Clock::now() || calls_.waiting()) return false;
        const auto look_up = std::min(until, late);
        if (in_flight_.lends() || in_flight_.late_waits()) {
            collect(std::min(look_up, Clock::now() + sending_wait));
        } else {
            if (spool_.wait_beyond(full, std::min(look_up, Clock::now() + watching_wait))) break;
            collect(Clock::now());
        }
    }
    lingers_until_.reset();
    return true;
}

void Route::Loop::take_on(std::unique_ptr<OpenBatch> batch, Origin origin) {
    const Ticket name{next_ticket_++};
    Cursor& cursor = origin == Origin::late ? late_.cursor() : cursor_;
    cursor.submitted(stretch_of(name, *batch));
    Parcel& parcel = in_flight_.take_on(name, std::move(batch), origin);
    parcel.furthest = cursor.furthest();
    if (parcel.over()) settle(name, parcel);  // every frame was filtered, undecodable or gone
    publish();
}

void Route::Loop::hand_over() {
    Parcel* parcel = in_flight_.next();
    if (parcel == nullptr || pace_.pauses_until()) return;
    // One at a time, to see what becomes of it.
    if (pace_.one_at_a_time() && in_flight_.lends()) return;
    if (pace_.waits_until(Clock::now())) return;
    const Ticket ticket{next_ticket_};
    if (!in_flight_.awaits()) heard_at_ = Clock::now();
    const Piece piece = in_flight_.lend(*parcel, ticket, pace_.most_records());
    const RecordBuffer& records = parcel->batch->records;
    if (!transport_->submit({records, piece.first, piece.last}, ticket, Clock::now() + watching_wait))
        return in_flight_.take_back(*parcel, ticket);
    death_point("batch.sent");
    ++next_ticket_;
    cursor_.repeat(parcel->repeats(piece));
    pace_.sent(parcel->events(piece), ticket, Clock::now());
    publish();
}

void Route::Loop::collect(Deadline deadline) {
    bool changed = false;
    while (auto outcome = transport_->wait(deadline)) {
        take(*outcome);
        changed = true;
        deadline = Clock::now();
    }
    look_at_trouble();
    if (changed) publish();
    if (const std::string warning = transport_->take_warning(); !warning.empty())
        report_.tell_warning(warning);
}

void Route::Loop::look_at_trouble() {
    const auto trouble = transport_->trouble();
    if (!trouble) return;
    report_.failed(trouble->words, trouble->needs_a_person, behind(), oldest_received());
    publish();
    // What is under way comes back by itself, if ever.
    if (calls_.stopping()) gave_up_stopping_ = true;
}

std::uint64_t Route::Loop::behind() const {
    const Position position = cursor_.settled().position;
    const auto lost = lost_ahead();
    return distance(position, std::max(spool_.end(), position)) + late_frames(settled()) -
           std::accumulate(lost.begin(), lost.end(), std::uint64_t{0});
}

void Route::Loop::save_when_due(bool now) {
    if (keeper_.save_when_due(settled(), now, report_)) publish();
}

void Route::Loop::publish() {
    const OpenBatch* window = feed_.open_window();
    RouteReport::Progress now;
    now.saved = settled();
    now.oldest_received = oldest_received();
    now.in_flight = cursor_.events_in_flight() + late_.cursor().events_in_flight() + late_.gathered() +
                    (window == nullptr ? 0 : window->totals.rendered);
    if (!now.oldest_received && window != nullptr) now.oldest_received = window->received;
    now.delivers = !cursor_.idle() || window != nullptr || late_.any();
    now.odd_events = feed_.odd_events();
    now.odd_events.add(late_.odd_events());
    now.lost_ahead = published_lost_ = lost_ahead();
    report_.publish(std::move(now));
}

}  // namespace tapferry
