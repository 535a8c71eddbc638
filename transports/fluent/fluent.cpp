#include "transports/fluent/fluent.h"

#include <algorithm>
#include <utility>

#include "transports/fluent/digest.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using State = Connection::State;
using Session = FluentSession::State;

namespace {

constexpr std::size_t most_received = 2 * FluentAnswer::most_bytes;
// How long the receiver may take to close after we have, where it acknowledges nothing.
constexpr auto closing_time = 3000ms;
// The kernel tells nobody of an acknowledgement: it is asked.
constexpr auto look_pause = 50ms;

}  // namespace

Fluent::Fluent(const FluentOptions& options)
    : PeerTransport(options, most_received),
      options_(options),
      window_(options.tag, fluent_salt() + "-", options.acknowledgement),
      replay_(options.replay_window) {}

void Fluent::settle_open(Time now) {
    if (session_.state() == Session::none) begin(now);
    hear(now);
    if (session_.state() == Session::open) write_chunks(now);
    if (connection_.state() == State::open && now >= look_at_) look_at_kernel(now);
    if (connection_.state() == State::open && finish_by_) finish_in_order(now);
}

// What the receiver's kernel had at its end counts, where nobody acknowledges.
void Fluent::settle_ended(Time) {
    if (!ended_writing_ || !connection_.ended_with_everything()) return give_back_broken();
    for (const Ticket ticket : replay_.take_all()) outcomes_.add(ticket, Verdict::accepted);
    drop_connection();
}

void Fluent::answer_overdue() {
    if (session_.state() == Session::greeted)
        fail("it does not ask for the shared key: is one configured there?");
    else if (session_.state() == Session::proving)
        fail("it does not answer the shared key");
    else
        fail("it has acknowledged nothing for " + seconds(options_.answer_timeout));
}

void Fluent::begin(Time now) {
    session_.begin();
    if (session_.state() != Session::open) answer_by_ = now + options_.connect_timeout;
}

void Fluent::hear(Time now) {
    for (;;) {
        std::string reply;
        const std::size_t used = session_.take(connection_.received(), reply);
        take_settled();
        if (session_.state() == Session::failed) return fail(session_.words(), session_.needs_a_person());
        if (used == 0) return;
        connection_.consume(used);
        if (!reply.empty() && connection_.state() == State::open && !connection_.writing()) {
            out_ = std::move(reply);
            connection_.write(out_);
        }
        if (session_.state() != Session::open) continue;
        understands_ = true;
        peer_.reached();
        answer_by_ = window_.awaits() ? now + options_.answer_timeout : Time::max();
    }
}

void Fluent::write_chunks(Time now) {
    while (connection_.state() == State::open && !connection_.writing()) {
        if (std::exchange(writes_chunk_, false) && !options_.acknowledgement) {
            const Ticket ticket = window_.take_written();
            replay_.written(ticket, connection_.written());
            outcomes_.add(ticket, Verdict::sent);
            look_at_ = std::min(look_at_, now + 1ms);
        }
        const bool awaited = window_.awaits();
        out_.clear();
        if (replay_.full() || !window_.next(out_)) return;
        if (options_.acknowledgement && !awaited) answer_by_ = now + options_.answer_timeout;
        writes_chunk_ = true;
        connection_.write(out_);
    }
}

void Fluent::look_at_kernel(Time now) {
    const std::uint64_t acknowledged = connection_.acknowledged();
    if (connection_.state() != State::open) return;
    if (acknowledged != 0) peer_.reached();
    replay_.acknowledged(acknowledged, now);
    while (const auto ticket = replay_.take_accepted(now)) {
        understands_ = true;
        outcomes_.add(*ticket, Verdict::accepted);
    }
    look_at_ = replay_.empty() ? Time::max() : now + look_pause;
}

void Fluent::finish_in_order(Time now) {
    if (idle()) return drop_connection();
    if (!options_.acknowledgement && window_.batches() == 0 && !ended_writing_) {
        ended_writing_ = true;
        finish_by_ = std::min(*finish_by_, now + closing_time);
        connection_.end_writing();
    }
    if (now >= *finish_by_) fail("stopped before everything was acknowledged");
}

void Fluent::take_settled() {
    while (auto outcome = window_.take_settled()) outcomes_.add(std::move(*outcome));
}

void Fluent::fail(const std::string& words, bool needs_a_person) {
    give_back("forward protocol with " + peer_.name() + ": " + words, peer_.failed(needs_a_person));
}

void Fluent::take_back(Verdict verdict, const std::string& words) {
    for (const Ticket ticket : replay_.take_all()) outcomes_.add(ticket, Verdict::retry, words);
    auto given_back = window_.give_back(verdict, words);
    for (Outcome& outcome : given_back)
        outcome.not_admitted = outcome.verdict == Verdict::misconfigured && session_.not_admitted();
    outcomes_.add_all(std::move(given_back));
}

void Fluent::forget_connection() {
    session_.forget();
    writes_chunk_ = ended_writing_ = false;
    look_at_ = Time::max();
}

Fluent::Time Fluent::next_step() const {
    return std::min(PeerTransport::next_step(), look_at_);
}

}  // namespace tapferry
