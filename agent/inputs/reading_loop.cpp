#include "agent/inputs/reading_loop.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "agent/inputs/input_error.h"
#include "agent/inputs/peer.h"

namespace tapferry {

namespace {

constexpr std::size_t buffer_bytes = 128 * 1024;
constexpr int accepts_a_round = 16;
constexpr std::chrono::milliseconds longest_wait{1000};  // so that rounds() grows
constexpr std::chrono::milliseconds accept_pause{100};
constexpr std::chrono::milliseconds wind_down_limit{200};
constexpr unsigned rejections_told_each_second = 5;

// A wake-up costs more than reading a frame: let a few come first. Less than a second.
void rest(std::chrono::nanoseconds duration) {
    const timespec time{0, duration.count()};
    ::nanosleep(&time, nullptr);
}

bool lack_of_descriptors(int error) {
    return error == EMFILE || error == ENFILE;
}

Descriptor made_or_throw(int fd, const char* what) {
    if (fd < 0) throw InputError(std::string(what) + ": " + std::generic_category().message(errno));
    return Descriptor{fd};
}

}  // namespace

ReadingLoop::ReadingLoop(std::vector<ListeningInput> inputs, const IntakeOptions& options, Ring& ring,
                         std::function<void(const IntakeEvent&)> tell)
    : max_frame_bytes_(options.max_frame_bytes),
      hello_timeout_(options.hello_timeout),
      ring_(ring),
      tell_(std::move(tell)),
      rejections_told_(rejections_told_each_second),
      epoll_(made_or_throw(::epoll_create1(EPOLL_CLOEXEC), "epoll cannot be had")),
      stop_(made_or_throw(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "cannot get an eventfd")),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(buffer_bytes)) {
    for (ListeningInput& input : inputs) listeners_.push_back({.input = std::move(input)});
    bool watched = watch(stop_.get(), Watched::stop, 0);
    for (std::size_t i = 0; i < listeners_.size(); ++i)
        watched = watch(listeners_[i].input.fd, Watched::listener, i) && watched;
    if (!watched)
        throw InputError("the sockets cannot be watched: " + std::generic_category().message(errno));
    take_spare();
}

ReadingLoop::~ReadingLoop() = default;

void ReadingLoop::stop() {
    stopping_.store(true);
    constexpr std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
}

void ReadingLoop::run() {
    while (!stopping_.load(std::memory_order_relaxed)) {
        const Ready ready = await();
        rounds_.fetch_add(1, std::memory_order_relaxed);
        for (const epoll_event& event : ready.events) {
            const auto index = static_cast<std::size_t>(event.data.u64 & 0xffffffffu);
            const auto what = static_cast<Watched>(event.data.u64 >> 32);
            if (what == Watched::connection) read(index, ready.rested);
            if (what == Watched::listener) accept_some(index);
        }
        const Clock::time_point now = Clock::now();
        if (now >= next_deadline_) expire(now);
        if (resume_at_ && now >= *resume_at_) resume_listeners();
    }
    wind_down();
}

// Where senders allow it, a rest comes between the first bytes and their reading. While each rest brings
// more, the next one follows at once, so that a steady trickle costs one wake-up a rest.
ReadingLoop::Ready ReadingLoop::await() {
    const auto poll = [this](int milliseconds) {
        const int count =
            ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), milliseconds);
        return std::span<const epoll_event>{events_.data(), static_cast<std::size_t>(std::max(count, 0))};
    };
    if (rest_ != rest_.zero()) {
        rest(rest_);
        const auto ready = poll(0);
        rest_ = rest_of(ready);
        if (!ready.empty()) return {ready, true};
    }
    const auto ready = poll(milliseconds_to_wait(Clock::now()));
    rest_ = rest_of(ready);
    if (rest_ == rest_.zero()) return {ready, false};
    rest(rest_);
    return {ready, true};
}

// Adds the descriptor, or when it is known already sets whether anything of it is awaited.
bool ReadingLoop::watch(int fd, Watched what, std::size_t index, bool awaited) {
    epoll_event event{};
    event.events = awaited ? static_cast<std::uint32_t>(EPOLLIN) : 0;
    event.data.u64 = std::uint64_t{static_cast<std::uint32_t>(what)} << 32 | index;
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0 ||
           (errno == EEXIST && ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

int ReadingLoop::milliseconds_to_wait(Clock::time_point now) const {
    const Clock::time_point until =
        std::min({now + longest_wait, next_deadline_, resume_at_.value_or(now + longest_wait)});
    return static_cast<int>(
        std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(until - now).count(), 0));
}

// As long as all of them allow.
ReadingLoop::Clock::duration ReadingLoop::rest_of(std::span<const epoll_event> ready) const {
    auto shortest = ready.empty() ? Clock::duration::zero() : Clock::duration::max();
    for (const epoll_event& event : ready) {
        const bool is_sender = static_cast<Watched>(event.data.u64 >> 32) == Watched::connection;
        shortest = std::min(shortest, is_sender ? connections_[event.data.u64 & 0xffffffffu]->rest()
                                                : Clock::duration::zero());
    }
    return shortest;
}

void ReadingLoop::accept_some(std::size_t index) {
    // Not all at once: a flood of connections must not keep the loop from reading.
    for (int i = 0; i < accepts_a_round; ++i) {
        Descriptor socket{
            ::accept4(listeners_[index].input.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (socket.is_open()) {
            adopt(index, std::move(socket));
        } else if (errno == EINTR || errno == ECONNABORTED) {
            continue;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else {
            return shed(index, errno);
        }
    }
}

void ReadingLoop::adopt(std::size_t index, Descriptor socket) {
    Listener& listener = listeners_[index];
    if (listener.connections >= listener.input.max_connections) {
        reject(index, ConnectionRejection::too_many,
               describe_peer(socket.get()) + ": there are " + std::to_string(listener.connections) +
                   " connections already (max_connections)");
        return;
    }
    const auto free = std::find(connections_.begin(), connections_.end(), nullptr);
    const auto slot = static_cast<std::size_t>(free - connections_.begin());
    if (free == connections_.end()) connections_.emplace_back();
    const int fd = socket.get();
    connections_[slot] = std::make_unique<SenderConnection>(
        std::move(socket),
        SenderConnection::Place{.input = static_cast<std::uint16_t>(index), .stream = next_stream_++},
        *listener.input.counters, ring_, max_frame_bytes_, hello_timeout_);
    ++listener.connections;
    if (!watch(fd, Watched::connection, slot)) {
        reject(index, ConnectionRejection::too_many,
               connections_[slot]->peer() + ": its socket cannot be watched");
        close(slot);
        return;
    }
    // The sender says READY at once: most often it is there already.
    read(slot, false);
}

// There are no descriptors or no memory for another connection. One that waits unanswered could hold up the
// DNS server, so it is taken with the spare descriptor and closed; where even that fails, the listener is
// left alone for a while.
void ReadingLoop::shed(std::size_t index, int error) {
    Listener& listener = listeners_[index];
    spare_.reset();
    {
        const Descriptor unwanted{
            lack_of_descriptors(error) ? ::accept4(listener.input.fd, nullptr, nullptr, SOCK_CLOEXEC) : -1};
        if (unwanted.is_open()) {
            reject(index, ConnectionRejection::too_many,
                   describe_peer(unwanted.get()) + ": no descriptor is left (LimitNOFILE)");
        } else if (watch(listener.input.fd, Watched::listener, index, false)) {
            listener.paused = true;
            resume_at_ = Clock::now() + accept_pause;
        }
    }
    take_spare();
}

void ReadingLoop::take_spare() {
    if (!spare_.is_open()) spare_ = Descriptor{::fcntl(stop_.get(), F_DUPFD_CLOEXEC, 0)};
}

void ReadingLoop::resume_listeners() {
    resume_at_.reset();
    take_spare();
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        if (!listeners_[i].paused) continue;
        listeners_[i].paused = !watch(listeners_[i].input.fd, Watched::listener, i);
        if (listeners_[i].paused) resume_at_ = Clock::now() + accept_pause;
    }
}

ReadOutcome ReadingLoop::read(std::size_t slot, bool rested) {
    SenderConnection& connection = *connections_[slot];
    const ReadOutcome outcome = connection.read({buffer_.get(), buffer_bytes}, rested);
    switch (outcome) {
        case ReadOutcome::open:
        case ReadOutcome::quiet:
            break;
        case ReadOutcome::started:
            tell(IntakeEvent::Kind::connected, connection.input(), connection.peer());
            break;
        case ReadOutcome::ended:
            // Who went before the handshake was done has not been told of, and most often only looked.
            if (!connection.in_handshake())
                tell(IntakeEvent::Kind::disconnected, connection.input(),
                     connection.peer() + ": " + connection.farewell());
            close(slot);
            return outcome;
        case ReadOutcome::rejected:
            reject(connection.input(), connection.rejection().reason,
                   connection.peer() + ": " + connection.rejection().text);
            close(slot);
            return outcome;
    }
    if (const auto deadline = connection.deadline()) next_deadline_ = std::min(next_deadline_, *deadline);
    return outcome;
}

void ReadingLoop::close(std::size_t slot) {
    --listeners_[connections_[slot]->input()].connections;
    connections_[slot].reset();
}

void ReadingLoop::expire(Clock::time_point now) {
    next_deadline_ = Clock::time_point::max();
    for (std::size_t slot = 0; slot < connections_.size(); ++slot) {
        if (!connections_[slot]) continue;
        const SenderConnection& connection = *connections_[slot];
        const auto deadline = connection.deadline();
        if (!deadline) continue;
        if (now < *deadline) {
            next_deadline_ = std::min(next_deadline_, *deadline);
        } else if (connection.in_handshake()) {
            reject(connection.input(), ConnectionRejection::hello_timeout,
                   connection.peer() + ": no Frame Streams handshake came within " +
                       std::to_string(hello_timeout_.count()) + " ms");
            close(slot);
        } else {
            tell(IntakeEvent::Kind::disconnected, connection.input(),
                 connection.peer() + ": " + connection.farewell());
            close(slot);
        }
    }
}

// Senders in the middle of a write get to its end first, so that no frame is cut; then nobody can send any
// more, and what was sent is read.
void ReadingLoop::wind_down() {
    const Clock::time_point limit = Clock::now() + wind_down_limit;
    for (bool busy = true; busy && Clock::now() < limit;) {
        busy = false;
        bool quiet = true;
        for (std::size_t slot = 0; slot < connections_.size(); ++slot) {
            if (!connections_[slot]) continue;
            const ReadOutcome outcome = read(slot, false);
            if (outcome != ReadOutcome::quiet) quiet = false;
            if (!connections_[slot] || connections_[slot]->in_handshake()) continue;
            if (outcome != ReadOutcome::quiet || !connections_[slot]->at_boundary()) busy = true;
        }
        if (busy && quiet) rest(std::chrono::milliseconds{1});
    }
    for (std::size_t slot = 0; slot < connections_.size(); ++slot) {
        if (!connections_[slot]) continue;
        SenderConnection& connection = *connections_[slot];
        connection.hang_up({buffer_.get(), buffer_bytes});
        if (!connection.in_handshake())
            tell(IntakeEvent::Kind::disconnected, connection.input(),
                 connection.peer() + ": the agent stops; " + connection.farewell());
        close(slot);
    }
}

void ReadingLoop::tell(IntakeEvent::Kind kind, std::size_t index, std::string text) {
    tell_({.kind = kind, .input = listeners_[index].input.name, .text = std::move(text)});
}

void ReadingLoop::reject(std::size_t index, ConnectionRejection reason, const std::string& text) {
    add(listeners_[index].input.counters->connections_rejected[static_cast<std::size_t>(reason)]);
    const auto untold = rejections_told_.pass(Clock::now());
    if (!untold) return;
    tell(IntakeEvent::Kind::rejected, index,
         *untold == 0 ? text : text + " (and " + std::to_string(*untold) + " more rejections not told)");
}

}  // namespace tapferry
