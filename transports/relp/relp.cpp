#include "transports/relp/relp.h"

#include <algorithm>
#include <utility>

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using State = Connection::State;
using Session = RelpSession::State;

namespace {

// How long the receiver may take to answer "close".
constexpr auto closing_time = 1000ms;
// What is built and written at once. In smaller pieces the receiver would read, and answer, and so wake us,
// the more often.
constexpr std::size_t enough_to_write = 512 << 10;
constexpr std::size_t most_received = 4 * RelpReading::most_bytes;

}  // namespace

Relp::Relp(const RelpOptions& options)
    : PeerTransport(options, most_received), options_(options), window_(options.window) {}

void Relp::settle_open(Time now) {
    if (session_.state() == Session::none) offer(now);
    hear(now);
    if (session_.state() == Session::open) write_messages(now);
    if (finish_by_ && connection_.state() == State::open) say_goodbye(now);
}

void Relp::answer_overdue() {
    if (says_goodbye()) return drop_connection();
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

void Relp::hear(Time now) {
    for (;;) {
        const bool closing = says_goodbye();
        const std::size_t used = session_.take(connection_.received());
        take_settled();
        if (session_.state() == Session::failed) return fail(session_.words(), session_.needs_a_person());
        if (session_.state() == Session::closed)
            return closing ? drop_connection() : fail("it closes the session");
        if (used == 0) return;
        connection_.consume(used);
        if (session_.state() != Session::open) continue;
        understands_ = true;
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
    if (says_goodbye()) return;
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

void Relp::take_back(Verdict verdict, const std::string& words) {
    outcomes_.add_all(window_.give_back(verdict, words));
}

}  // namespace tapferry
