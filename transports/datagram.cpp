#include "transports/datagram.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "transports/tcp_socket.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;

namespace {

// How long a refusal may take to come back.
constexpr auto trial_time = 100ms;
// The kernel has no memory for the datagram, and poll() would not wait for that.
constexpr auto pause_without_buffers = 1ms;

// Whether one of `events`, or an error, shows by the deadline.
bool wait_for(int fd, short events, Deadline deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        const auto wait = std::clamp<std::chrono::milliseconds::rep>(left, 0, INT_MAX);
        pollfd watched{fd, events, 0};
        const int ready = ::poll(&watched, 1, static_cast<int>(wait));
        if (ready >= 0 || errno != EINTR) return ready > 0;
    }
}

}  // namespace

Datagram::Datagram(DatagramOptions options)
    : options_(std::move(options)), dialler_(Dialler::Kind::datagram, options_.connect_timeout) {}

bool Datagram::submit(const Batch& batch, Ticket ticket, Deadline deadline) {
    if (lent_ || outcome_) return false;
    lent_.emplace(Lent{.batch = batch, .ticket = ticket, .next = batch.first});
    advance(deadline);
    return true;
}

std::optional<Outcome> Datagram::wait(Deadline deadline) {
    if (lent_) advance(deadline);
    if (!outcome_) std::this_thread::sleep_until(deadline);
    return std::exchange(outcome_, std::nullopt);
}

void Datagram::advance(Deadline deadline) {
    if (!connect(deadline)) return;
    while (lent_ && lent_->next < lent_->batch.end()) {
        if (lent_->on_trial ? !try_first(deadline) : !send_next(deadline)) return;
    }
    if (!lent_ || (lent_->on_trial && !try_first(deadline))) return;
    outcome_ = Outcome{.ticket = lent_->ticket,
                       .verdict = Verdict::accepted,
                       .refused_records = std::move(lent_->refused),
                       .words = std::move(lent_->words)};
    lent_.reset();
}

bool Datagram::connect(Deadline deadline) {
    if (socket_.is_open()) return true;
    if (!dialler_.under_way()) dialler_.start(options_.address);
    dialler_.run_until(deadline);
    if (dialler_.under_way()) return false;
    socket_ = dialler_.take_socket();
    if (!socket_.is_open()) {
        fail(dialler_.words());
        if (dialler_.forbidden()) outcome_->verdict = Verdict::misconfigured;
    }
    return socket_.is_open();
}

bool Datagram::send_next(Deadline deadline) {
    const RecordBuffer& records = lent_->batch.records;
    const std::string_view content = records.content(records.records()[lent_->next]);
    if (content.size() > options_.max_bytes) {
        refuse_next("longer than " + std::to_string(options_.max_bytes) + " bytes, the limit of a datagram");
        return true;
    }
    if (::send(socket_.get(), content.data(), content.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
        ++lent_->next;
        if (doubtful_) {
            lent_->on_trial = true;
            lent_->trial_ends = Clock::now() + trial_time;
        }
        return true;
    }
    const int error = errno;
    if (error == EINTR) return true;
    if (error == EMSGSIZE) {
        refuse_next(std::generic_category().message(error));
        return true;
    }
    if (error == EAGAIN) return wait_for(socket_.get(), POLLOUT, deadline);
    if (error == ENOBUFS) {
        std::this_thread::sleep_for(pause_without_buffers);
        return Clock::now() < deadline;
    }
    // What the network refused is a datagram sent before: the last one at least did not arrive. A unix socket
    // refuses the one at hand, and what it took before is the receiver's.
    const bool network = options_.address.unix_path.empty();
    if (network && error == ECONNREFUSED && lent_->next > lent_->batch.first) --lent_->next;
    fail("send to " + options_.address.text + ": " + std::generic_category().message(error));
    return false;
}

bool Datagram::try_first(Deadline deadline) {
    const bool something_shows = wait_for(socket_.get(), 0, std::min(deadline, lent_->trial_ends));
    if (const int error = something_shows ? socket_error(socket_.get()) : 0; error != 0) {
        --lent_->next;
        fail("send to " + options_.address.text + ": " + std::generic_category().message(error));
        return false;
    }
    if (!something_shows && Clock::now() < lent_->trial_ends) return false;
    lent_->on_trial = false;
    doubtful_ = false;
    return true;
}

void Datagram::refuse_next(const std::string& words) {
    lent_->refused.push_back(static_cast<std::uint32_t>(lent_->next++));
    lent_->words = words;
}

void Datagram::fail(const std::string& words) {
    Outcome outcome{.ticket = lent_->ticket, .verdict = Verdict::retry, .words = words};
    // A retry can refuse nothing: what comes from the first refused record on goes again.
    const std::size_t until = lent_->refused.empty() ? lent_->next : lent_->refused.front();
    outcome.done = until - lent_->batch.first;
    outcome_ = std::move(outcome);
    lent_.reset();
    // The name may have moved to another address.
    socket_.reset();
    doubtful_ = true;
}

}  // namespace tapferry
