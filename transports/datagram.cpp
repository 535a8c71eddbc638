#include "transports/datagram.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "transports/gelf_chunks.h"
#include "transports/milliseconds_until.h"
#include "transports/network/tcp_socket.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;

namespace {

// Nobody tells a sender of UDP that the receiver's buffer is full; Linux's usual one has room for 92
// datagrams of 1,400 bytes, which a receiver must have taken out before the next ones come.
constexpr std::size_t most_in_a_row = 32;
constexpr auto pause_between_rows = 1ms;
// How long a refusal may take to come back.
constexpr auto trial_time = 100ms;
// The kernel has no memory for the datagram, and poll() would not wait for that.
constexpr auto pause_without_buffers = 1ms;

std::size_t longest_record(const DatagramOptions& options) {
    return options.gelf_chunks ? GelfChunks::longest_message(options.max_bytes) : options.max_bytes;
}

// Whether one of `events`, or an error, shows by the deadline.
bool wait_for(int fd, short events, Deadline deadline) {
    for (;;) {
        pollfd watched{fd, events, 0};
        const int ready = ::poll(&watched, 1, milliseconds_until(deadline));
        if (ready >= 0 || errno != EINTR) return ready > 0;
    }
}

}  // namespace

Datagram::Datagram(DatagramOptions options)
    : options_(std::move(options)), dialler_(Dialler::Kind::datagram, options_.connect_timeout) {
    std::random_device random;
    message_ = std::uint64_t{random()} << 32 | random();
}

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
    if (const std::size_t longest = longest_record(options_); content.size() > longest) {
        refuse_next("longer than " + std::to_string(longest) + " bytes, the limit of " +
                    (options_.gelf_chunks ? "GELF in chunks" : "a datagram"));
        return true;
    }
    if (send_some(content) >= 0) {
        // The chunks of a record are on trial as one.
        if (lent_->chunk != 0) return true;
        lent_->last_sent = lent_->next++;
        if (doubtful_) {
            lent_->on_trial = true;
            lent_->trial_ends = Clock::now() + trial_time;
        }
        return true;
    }
    return take_error(errno, deadline);
}

long Datagram::send_some(std::string_view content) {
    constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    if (options_.address.unix_path.empty() && ++in_a_row_ > most_in_a_row) {
        std::this_thread::sleep_for(pause_between_rows);
        in_a_row_ = 1;
    }
    if (content.size() <= options_.max_bytes)
        return ::send(socket_.get(), content.data(), content.size(), flags);
    if (lent_->chunk == 0) ++message_;
    const GelfChunks chunks(content, options_.max_bytes, message_);
    GelfChunks::Header header = chunks.header(lent_->chunk);
    const std::string_view part = chunks.part(lent_->chunk);
    std::array<iovec, 2> both{iovec{header.data(), header.size()},
                              iovec{const_cast<char*>(part.data()), part.size()}};
    msghdr message{};
    message.msg_iov = both.data();
    message.msg_iovlen = both.size();
    const long sent = ::sendmsg(socket_.get(), &message, flags);
    if (sent >= 0) lent_->chunk = lent_->chunk + 1 == chunks.count() ? 0 : lent_->chunk + 1;
    return sent;
}

bool Datagram::take_error(int error, Deadline deadline) {
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
    if (network && error == ECONNREFUSED) lent_->next = lent_->last_sent.value_or(lent_->next);
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
    lent_->chunk = 0;
    lent_->words = words;
}

void Datagram::fail(const std::string& words) {
    Outcome outcome{.ticket = lent_->ticket, .verdict = Verdict::retry, .words = words};
    // An outcome has words of one kind alone: what comes from the first refused record on goes again, and is
    // refused then.
    const std::size_t until =
        lent_->refused.empty() ? lent_->next : std::min<std::size_t>(lent_->next, lent_->refused.front());
    outcome.done = until - lent_->batch.first;
    outcome_ = std::move(outcome);
    lent_.reset();
    // The name may have moved to another address.
    socket_.reset();
    doubtful_ = true;
}

}  // namespace tapferry
