#include "transports/stream.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;
using State = Connection::State;

namespace {

// How long the peer may take to close after we have.
constexpr auto closing_time = 3000ms;
// The kernel tells nobody of an acknowledgement: it is asked, ever more seldom while nothing moves.
constexpr std::chrono::milliseconds longest_look_pause = 50ms;

// Short replay windows are worth more looks.
std::chrono::milliseconds first_look_pause(std::chrono::milliseconds replay_window) {
    return std::clamp<std::chrono::milliseconds>(replay_window / 100, 1ms, longest_look_pause);
}

}  // namespace

Stream::Stream(StreamOptions options)
    : options_(std::move(options)),
      connection_({options_.connect_timeout, options_.user_timeout, options_.stall_timeout}),
      window_(options_.replay_window),
      look_pause_(first_look_pause(options_.replay_window)) {
    assert(!options_.addresses.empty());
}

bool Stream::submit(const Batch& batch, Ticket ticket, Deadline deadline) {
    if (lent_ || window_.full() || finish_by_) return false;
    connection_.look();
    settle(Clock::now());
    // What was under way has just come back: that is to be heard before anything new goes out.
    if (!outcomes_.empty() && outcomes_.back().verdict == Verdict::retry) return false;
    lent_ = Lent{ticket, batch.records.wire(batch.first, batch.end())};
    if (connection_.state() == State::closed) {
        address_ = &options_.addresses[next_address_];
        next_address_ = (next_address_ + 1) % options_.addresses.size();
        connection_.connect(*address_);
    }
    for (auto now = Clock::now();; now = Clock::now()) {
        settle(now);
        if (!lent_ || now >= deadline) return true;
        connection_.run_until(std::min(deadline, next_step()));
    }
}

std::optional<Outcome> Stream::wait(Deadline deadline) {
    for (bool looked = false;; looked = true) {
        const auto now = Clock::now();
        settle(now);
        if (!outcomes_.empty()) {
            Outcome first = std::move(outcomes_.front());
            outcomes_.pop_front();
            return first;
        }
        if (looked && now >= deadline) return std::nullopt;
        connection_.run_until(std::min(deadline, next_step()));
    }
}

void Stream::finish(Deadline deadline) {
    if (!finish_by_) finish_by_ = deadline;
    settle(Clock::now());
}

void Stream::settle(Time now) {
    switch (connection_.state()) {
        case State::closed:
            break;
        case State::connecting:
            if (finish_by_ && now >= *finish_by_) give_back("stopped before a connection was made");
            break;
        case State::open:
            settle_open(now);
            break;
        case State::ended:
            settle_ended(now);
            break;
        case State::broken:
            give_back(connection_.words());
            break;
    }
}

void Stream::settle_open(Time now) {
    if (lent_ && !lent_->begun) {
        lent_->begun = true;
        connection_.write(lent_->bytes);
    }
    if (connection_.state() == State::open && lent_ && !connection_.writing()) {
        window_.written(lent_->ticket, connection_.written());
        outcomes_.push_back({.ticket = lent_->ticket, .verdict = Verdict::sent, .handed_over = true});
        lent_.reset();
        look_pause_ = first_look_pause(options_.replay_window);
        look_at_ = std::min(look_at_, now + look_pause_);
    }
    if (connection_.state() == State::open && wants_to_look() && now >= look_at_)
        look_at_acknowledgements(now);
    if (connection_.state() != State::open) return settle(now);
    while (const auto ticket = window_.take_accepted(now)) {
        outcomes_.push_back({.ticket = *ticket, .verdict = Verdict::accepted, .handed_over = true});
    }
    if (finish_by_) finish_in_order(now);
}

void Stream::settle_ended(Time now) {
    if (!ended_writing_) return give_back(connection_.words());
    if (connection_.ended_with_everything()) return accept_everything();
    if (connection_.state() == State::broken || now >= *finish_by_) return give_back(connection_.words());
    look_at_ = now + look_pause_;
}

void Stream::finish_in_order(Time now) {
    if (!outstanding()) return drop_connection();
    if (!lent_ && !ended_writing_) {
        ended_writing_ = true;
        finish_by_ = std::min(*finish_by_, now + closing_time);
        connection_.end_writing();
    }
    if (now < *finish_by_) return;
    give_back(
        "connection to " + address_->text +
        (lent_ ? ": stopped before everything was written" : ": the peer did not close it when we had"));
}

void Stream::look_at_acknowledgements(Time now) {
    const std::uint64_t acknowledged = connection_.acknowledged();
    if (connection_.state() != State::open) return;
    window_.acknowledged(acknowledged, now);
    look_at_ = now + look_pause_;
    look_pause_ = std::min(look_pause_ * 2, longest_look_pause);
}

void Stream::accept_everything() {
    for (const Ticket ticket : window_.take_all()) {
        outcomes_.push_back({.ticket = ticket, .verdict = Verdict::accepted, .handed_over = true});
    }
    drop_connection();
}

void Stream::give_back(const std::string& words) {
    const std::string why = words;
    const Verdict verdict = connection_.forbidden() ? Verdict::misconfigured : Verdict::retry;
    drop_connection();
    for (const Ticket ticket : window_.take_all()) {
        outcomes_.push_back({.ticket = ticket, .verdict = Verdict::retry, .handed_over = true, .words = why});
    }
    if (lent_) {
        outcomes_.push_back(
            {.ticket = lent_->ticket, .verdict = verdict, .handed_over = lent_->begun, .words = why});
    }
    lent_.reset();
}

void Stream::drop_connection() {
    connection_.close();
    look_at_ = {};
    look_pause_ = first_look_pause(options_.replay_window);
}

bool Stream::wants_to_look() const {
    return lent_.has_value() || window_.unacknowledged();
}

Stream::Time Stream::next_step() const {
    Time next = Time::max();
    const State state = connection_.state();
    if ((state == State::open && wants_to_look()) || state == State::ended) next = look_at_;
    if (state == State::open) {
        if (const auto accepted = window_.next_accepted()) next = std::min(next, *accepted);
    }
    if (finish_by_ && state != State::closed) next = std::min(next, *finish_by_);
    return next;
}

}  // namespace tapferry
