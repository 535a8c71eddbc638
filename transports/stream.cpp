#include "transports/stream.h"

#include <algorithm>
#include <utility>

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using State = Connection::State;
using Session = FrameStreamsSession::State;

namespace {

// How long the peer may take to close after we have.
constexpr auto closing_time = 3000ms;
// The kernel tells nobody of an acknowledgement: it is asked, ever more seldom while nothing moves.
constexpr std::chrono::milliseconds longest_look_pause = 50ms;

// Short replay windows are worth more looks.
std::chrono::milliseconds first_look_pause(std::chrono::milliseconds replay_window) {
    return std::clamp<std::chrono::milliseconds>(replay_window / 100, 1ms, longest_look_pause);
}

std::optional<FrameStreamsSession> session_of(const StreamOptions& options) {
    if (options.framing != Framing::frame_streams) return std::nullopt;
    return FrameStreamsSession();
}

}  // namespace

Stream::Stream(StreamOptions options)
    : PeerTransport(options,
                    options.framing == Framing::frame_streams ? FrameStreamsSession::most_received : 0),
      options_(std::move(options)),
      session_(session_of(options_)),
      window_(options_.replay_window),
      look_pause_(first_look_pause(options_.replay_window)) {}

bool Stream::submit(const Batch& batch, Ticket ticket, Deadline deadline) {
    if (!PeerTransport::submit(batch, ticket, deadline)) return false;
    for (auto now = Clock::now(); lent_ && now < deadline; now = Clock::now()) {
        connection_.run_until(std::min(deadline, next_step()));
        settle(Clock::now());
    }
    return true;
}

void Stream::settle_open(Time now) {
    if (session_) {
        if (!talk(now)) return;
        understands_ = true;
    }
    peer_.reached();
    if (lent_) write_lent(now);
    if (connection_.state() == State::open && wants_to_look() && now >= look_at_)
        look_at_acknowledgements(now);
    // This thread may have been away for longer than the window, and the peer have died meanwhile.
    if (const auto due = window_.next_accepted(); due && *due <= now) {
        connection_.look();
        hear(now);
    }
    if (connection_.state() != State::open) return;
    while (const auto ticket = window_.take_accepted(now)) {
        understands_ = true;
        outcomes_.add(*ticket, Verdict::accepted);
    }
    if (finish_by_) finish_in_order(now);
}

void Stream::write_lent(Time now) {
    if (!lent_->begun && !connection_.writing()) {
        lent_->begun = true;
        if (!lent_->bytes.empty()) connection_.write(lent_->bytes);
    }
    if (connection_.state() != State::open || connection_.writing()) return;
    window_.written(lent_->ticket, connection_.written());
    outcomes_.add(lent_->ticket, Verdict::sent);
    lent_.reset();
    look_pause_ = first_look_pause(options_.replay_window);
    look_at_ = std::min(look_at_, now + look_pause_);
}

bool Stream::talk(Time now) {
    if (session_->state() == Session::none) {
        connection_.write(session_->ready());
        answer_by_ = now + options_.connect_timeout;
    }
    hear(now);
    if (session_->state() == Session::accepted && !connection_.writing()) {
        connection_.write(session_->start());
        answer_by_ = Time::max();
    }
    if (connection_.state() != State::open) return false;
    if (session_->state() == Session::open || session_->state() == Session::stopping) return true;
    if (finish_by_ && now >= *finish_by_)
        give_back("connection to " + peer_.name() + ": stopped before it took anything", Verdict::retry);
    return false;
}

void Stream::answer_overdue() {
    give_back(about_frames("it does not answer: is it a receiver of dnstap?"), peer_.failed(false));
}

void Stream::hear(Time) {
    if (!session_ || session_->state() == Session::none) return;
    connection_.consume(session_->take(connection_.received()));
    if (session_->state() == Session::finished) {
        if (everything_is_there()) return accept_everything();
        return give_back(about_frames("it ends the stream before it has everything"), Verdict::retry);
    }
    if (session_->state() != Session::failed) return;
    const bool needs_a_person = session_->needs_a_person();
    give_back(about_frames(session_->words()), peer_.failed(needs_a_person));
}

// A peer may say FINISH of itself just when we say STOP, and then it has not seen that.
bool Stream::everything_is_there() {
    const std::uint64_t acknowledged = connection_.acknowledged();
    if (connection_.state() == State::ended) return connection_.ended_with_everything();
    return connection_.state() == State::open && acknowledged == connection_.written();
}

void Stream::settle_ended(Time now) {
    if (session_ && session_->state() == Session::offered)
        return give_back(about_frames("it closes the connection when we offer dnstap" + tls_guess()),
                         peer_.failed(false));
    if (session_ || !ended_writing_) return give_back_broken();
    if (connection_.ended_with_everything()) return accept_everything();
    if (connection_.state() == State::broken || now >= *finish_by_) return give_back_broken();
    look_at_ = now + look_pause_;
}

void Stream::finish_in_order(Time now) {
    if (idle() && !session_) return drop_connection();
    if (!lent_ && !ended_writing_ && !connection_.writing()) {
        ended_writing_ = true;
        finish_by_ = std::min(*finish_by_, now + closing_time);
        if (session_)
            connection_.write(session_->stop());
        else
            connection_.end_writing();
    }
    if (now < *finish_by_) return;
    give_back("connection to " + peer_.name() +
                  (lent_      ? ": stopped before everything was written"
                   : session_ ? ": the peer did not say that it has everything"
                              : ": the peer did not close it when we had"),
              Verdict::retry);
}

void Stream::look_at_acknowledgements(Time now) {
    const std::uint64_t acknowledged = connection_.acknowledged();
    if (connection_.state() != State::open) return;
    window_.acknowledged(acknowledged, now);
    look_at_ = now + look_pause_;
    look_pause_ = std::min(look_pause_ * 2, longest_look_pause);
}

void Stream::accept_everything() {
    for (const Ticket ticket : window_.take_all()) outcomes_.add(ticket, Verdict::accepted);
    drop_connection();
}

void Stream::take_back(Verdict verdict, const std::string& words) {
    for (const Ticket ticket : window_.take_all()) outcomes_.add(ticket, Verdict::retry, words);
    if (lent_)
        outcomes_.add(
            {.ticket = lent_->ticket, .verdict = verdict, .handed_over = lent_->begun, .words = words});
    lent_.reset();
}

void Stream::forget_connection() {
    if (session_) session_->forget();
    look_at_ = {};
    look_pause_ = first_look_pause(options_.replay_window);
}

std::string Stream::about_frames(const std::string& words) const {
    return "Frame Streams with " + peer_.name() + ": " + words;
}

bool Stream::wants_to_look() const {
    if (session_ && session_->state() != Session::open && session_->state() != Session::stopping)
        return false;
    return lent_.has_value() || window_.unacknowledged();
}

Stream::Time Stream::next_step() const {
    Time next = PeerTransport::next_step();
    const State state = connection_.state();
    if ((state == State::open && wants_to_look()) || state == State::ended) next = std::min(next, look_at_);
    if (state == State::open) {
        if (const auto accepted = window_.next_accepted()) next = std::min(next, *accepted);
    }
    return next;
}

}  // namespace tapferry
