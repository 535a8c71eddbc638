// Of the thread of a route: what follows from what the far side says.
#include "agent/routes/route_loop.h"
#include "agent/spool/death_point.h"

namespace tapferry {

using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;

void Route::Loop::take(const Outcome& outcome) {
    report_.count(outcome.verdict);
    heard_at_ = Clock::now();
    const InFlight::Out* out = in_flight_.find(outcome.ticket);
    if (out == nullptr) return in_flight_.take_back_stray(outcome.ticket);
    Parcel& parcel = in_flight_.parcel_of(*out);
    if (outcome.handed_over && !out->released) cursor_of(parcel).handed_over(parcel.end_of(out->piece));
    if (outcome.verdict == Verdict::sent) {
        // That bytes were sent says that the far side is there; that it takes them, only that they were
        // accepted.
        pace_.taken();
        return in_flight_.release(outcome.ticket);
    }
    if (out->released && outcome.verdict != Verdict::accepted) return read_again(outcome);
    const Ticket name = out->name;
    Division division{{}, {}, out->piece.size()};
    if (!out->released) division = divide(out->piece, outcome);
    if (outcome.verdict == Verdict::too_big && out->piece.size() > 1)
        pace_.too_big(parcel.batch->records.wire(out->piece.first, out->piece.last).size());
    const bool all = division.accepted == out->piece.size();
    bury(division, outcome, parcel);
    in_flight_.conclude(outcome.ticket, division.again, pace_.held());
    go_on(outcome, all);
    if (parcel.over()) settle(name, parcel);
}

void Route::Loop::bury(Division& division, const Outcome& outcome, Parcel& parcel) {
    // What becomes of what was refused before says nothing of the configuration.
    if (parcel.requeued()) return burial_.bury_refused(division.refused, outcome, parcel);
    const std::size_t buried = pace_.take_refusals(division.accepted, division.refused.size());
    if (buried < division.refused.size()) report_.held(outcome.words_of(division.refused[buried]), behind());
    division.put_back(buried);
    burial_.bury_refused(division.refused, outcome, parcel);
}

void Route::Loop::go_on(const Outcome& outcome, bool all_accepted) {
    const bool misconfigured = outcome.verdict == Verdict::misconfigured;
    if (outcome.verdict == Verdict::retry || misconfigured) {
        fail(outcome.words, misconfigured, outcome.retry_after);
    } else {
        death_point("batch.acknowledged");
        pace_.answered();
        notices().recovered(report_.failing_since(), behind());
        report_.recovered(behind());
    }
    if (!pace_.held()) return;
    if (pace_.is_held_probe(outcome.ticket) && all_accepted) return let_go_now();
    pace_.stay_held(Clock::now());
}

void Route::Loop::fail(const std::string& words, bool needs_a_person, std::chrono::milliseconds retry_after) {
    report_.failed(words, needs_a_person, behind(), oldest_received());
    pace_.failed(Clock::now(), needs_a_person, retry_after);
    if (calls_.stopping()) gave_up_stopping_ = true;  // what is left waits in the spool for the next start
}

void Route::Loop::let_go_now() {
    if (!pace_.held()) return;
    notices().recovered(report_.held_since(), behind());
    pace_.let_go();
    report_.let_go();
    publish();
}

void Route::Loop::read_again(const Outcome& outcome) {
    fail(outcome.words);
    cursor_.rewind();
    late_.rewind();
    letters_.rewind();
    feed_.seek(cursor_.settled());
    in_flight_.forget();
}

void Route::Loop::settle(Ticket name, const Parcel& parcel) {
    if (parcel.requeued()) return letters_.settle(in_flight_, name);
    const Origin origin = parcel.origin;
    Cursor& cursor = cursor_of(parcel);
    cursor.settle(name, parcel.refused_events.size(), parcel.refused_records);
    const auto passed = in_flight_.settle(cursor.settled_ticket(), origin);
    death_point("batch.settled");
    burial_.bury_left(passed);
    for (const Owed& owed : passed) {
        report_.count(owed);
        notices().settled(owed);
    }
    origin == Origin::late ? go_on_late() : add_late();
}

}  // namespace tapferry
