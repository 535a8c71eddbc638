#include "transports/relp/relp.h"

#include <algorithm>
#include <utility>

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;
using State = Connection::State;
using Session = RelpSession::State;

namespace {

// How long the receiver may take to answer "close".
constexpr auto closing_time = 1000ms;
// What is built and written at once. In smaller pieces the receiver would read, and answer, and so wake us,
// the more often; in larger ones they would be out of the processor's cache when they are written.
constexpr std::size_t enough_to_write = 128 << 10;
constexpr std::size_t most_received = 4 * RelpReading::most_bytes;

std::string seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

Relp::Relp(const RelpOptions& options)
    : options_(options), peer_(options_, most_received), window_(options.window) {}

bool Relp::submit(const Batch& batch, Ticket ticket, Deadline) {
    if (finish_by_ || window_.batches() >= most_batches) return false;
    connection_.look();
    settle(Clock::now());
    if (outcomes_.tells_of_failure()) return false;
    window_.lend(ticket, batch);
    peer_.connect_when_closed();
    settle(Clock::now());
    return true;
}

std::optional<Outcome> Relp::wait(Deadline deadline) {
    // The last one is given out when the session has ended: nobody asks again after it.
    const auto settled = [this](Time now) {
        settle(now);
        return session_.state() != Session::closing;
    };
    return outcomes_.wait(deadline, settled,
                          [this](Deadline until) { connection_.run_until(std::min(until, next_step())); });
}

void Relp::finish(Deadline deadline) {
    if (!finish_by_) finish_by_ = deadline;
    settle(Clock::now());
    while (session_.state() == Session::closing && outcomes_.empty()) {
        connection_.run_until(next_step());
        settle(Clock::now());
    }
}

std::string Relp::take_warning() {
    return peer_.take_warning();
}

void Relp::settle(Time now) {
    switch (connection_.state()) {
        case State::closed:
            break;
        case State::connecting:
            if (finish_by_ && (window_.batches() == 0 || now >= *finish_by_))
                give_back("stopped before a connection was made", Verdict::retry);
            break;
        case State::open:
            settle_open(now);
            break;
        case State::ended:
        case State::broken:
            // What it answered before counts.
            take_answers(now);
            if (connection_.state() != State::closed) give_back(connection_.words(), peer_.broken());
            break;
    }
}

void Relp::settle_open(Time now) {
    if (session_.state() == Session::none) offer(now);
    take_answers(now);
    if (session_.state() == Session::open) write_messages(now);
    if (finish_by_ && connection_.state() == State::open) say_goodbye(now);
    if (connection_.state() == State::ended || connection_.state() == State::broken) return settle(now);
    if (connection_.state() != State::open || now < answer_by_) return;
    if (session_.state() == Session::closing) return drop_connection();
    fail(session_.state() == Session::offered
             ? "it does not answer: is it a RELP receiver?"
             : "it has answered nothing for " + seconds(options_.answer_timeout));
}

void Relp::offer(Time now) {
    out_.clear();
    session_.offer(out_);
    answer_by_ = now + options_.connect_timeout;
    connection_.write(out_);
}

void Relp::take_answers(Time now) {
    for (;;) {
        const bool closing = session_.state() == Session::closing;
        const std::size_t used = session_.take(connection_.received());
        take_settled();
        if (session_.state() == Session::failed) return fail(session_.words(), session_.needs_a_person());
        if (session_.state() == Session::closed)
            return closing ? drop_connection() : fail("it closes the session");
        if (used == 0) return;
        connection_.consume(used);
        if (session_.state() != Session::open) continue;
        peer_.reached();
        answer_by_ = window_.awaits() ? now + options_.answer_timeout : Time::max();
    }
}

void Relp::write_messages(Time now) {
    while (connection_.state() == State::open && !connection_.writing()) {
        const bool awaited = window_.awaits();
        out_.clear();
        window_.fill(out_, enough_to_write);
        if (out_.empty()) return;
        if (!awaited) answer_by_ = now + options_.answer_timeout;
        connection_.write(out_);
    }
}

void Relp::say_goodbye(Time now) {
    if (session_.state() == Session::closing) return;
    if (window_.batches() != 0) {
        if (now >= *finish_by_) fail("stopped before it had answered everything");
        return;
    }
    if (session_.state() != Session::open || connection_.writing()) return drop_connection();
    out_.clear();
    session_.close(out_);
    answer_by_ = std::min(*finish_by_, now + closing_time);
    connection_.write(out_);
}

void Relp::take_settled() {
    while (auto outcome = window_.take_settled()) outcomes_.add(std::move(*outcome));
}

void Relp::fail(const std::string& words, bool needs_a_person) {
    give_back("RELP with " + peer_.name() + ": " + words, peer_.failed(needs_a_person));
}

void Relp::give_back(const std::string& words, Verdict verdict) {
    const std::string why = words;
    peer_.lost(why);
    drop_connection();
    outcomes_.add_all(window_.give_back(verdict, why));
}

void Relp::drop_connection() {
    connection_.close();
    session_.forget();
    answer_by_ = Time::max();
}

Relp::Time Relp::next_step() const {
    Time next = answer_by_;
    if (finish_by_ && connection_.state() != State::closed) next = std::min(next, *finish_by_);
    return next;
}

}  // namespace tapferry
