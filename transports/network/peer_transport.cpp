#include "transports/network/peer_transport.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tapferry {

using Clock = std::chrono::steady_clock;
using State = Connection::State;

namespace {

// How the record begins by which a server of TLS refuses what is none (RFC 8446, section 5.1).
constexpr std::string_view tls_alert = "\x15\x03";

}  // namespace

bool PeerTransport::submit(const Batch& batch, Ticket ticket, Deadline) {
    if (finish_by_ || !has_room()) return false;
    connection_.look();
    settle(Clock::now());
    if (outcomes_.tells_of_failure()) return false;
    lend(batch, ticket);
    peer_.connect_when_closed();
    settle(Clock::now());
    return true;
}

std::optional<Outcome> PeerTransport::wait(Deadline deadline) {
    const auto settled = [this](Time now) {
        settle(now);
        return !says_goodbye();
    };
    return outcomes_.wait(deadline, settled,
                          [this](Deadline until) { connection_.run_until(std::min(until, next_step())); });
}

void PeerTransport::finish(Deadline deadline) {
    if (!finish_by_) finish_by_ = deadline;
    settle(Clock::now());
    while (says_goodbye() && idle() && outcomes_.empty()) {
        connection_.run_until(next_step());
        settle(Clock::now());
    }
}

void PeerTransport::settle(Time now) {
    switch (connection_.state()) {
        case State::closed:
            break;
        case State::connecting:
            if (finish_by_ && (idle() || now >= *finish_by_))
                give_back("stopped before a connection was made", Verdict::retry);
            break;
        case State::open:
            settle_open(now);
            if (connection_.state() == State::ended || connection_.state() == State::broken)
                settle(now);
            else if (connection_.state() == State::open && now >= answer_by_)
                answer_overdue();
            break;
        case State::ended:
            hear(now);
            if (connection_.state() != State::closed) settle_ended(now);
            break;
        case State::broken:
            hear(now);
            if (connection_.state() != State::closed) give_back_broken();
            break;
    }
}

void PeerTransport::settle_ended(Time) {
    give_back_broken();
}

void PeerTransport::give_back_broken() {
    give_back(connection_.words() + tls_guess(), peer_.broken());
}

// A server of TLS often hangs up on plain text without a word.
std::string PeerTransport::tls_guess() const {
    const bool may_be_tls = is_plain_ && connection_.hung_up() && !understands_ && !peer_.is_local();
    return may_be_tls ? " (does that port speak TLS?)" : "";
}

std::string PeerTransport::seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

// By value: it may be the connection's own words, and those go with it.
void PeerTransport::give_back(std::string words, Verdict verdict) {
    if (is_plain_ && connection_.received().starts_with(tls_alert))
        words += " (that is TLS, and none is configured)";
    peer_.lost(words);
    take_back(verdict, words);
    drop_connection();
}

void PeerTransport::drop_connection() {
    connection_.close();
    answer_by_ = Time::max();
    forget_connection();
}

PeerTransport::Time PeerTransport::next_step() const {
    if (!finish_by_ || connection_.state() == State::closed) return answer_by_;
    return std::min(answer_by_, *finish_by_);
}

}  // namespace tapferry
