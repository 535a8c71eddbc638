#include "agent/inputs/sender_connection.h"

#include <sys/socket.h>

#include <cassert>
#include <cerrno>
#include <utility>

#include "agent/inputs/peer.h"

namespace tapferry {

namespace {

constexpr std::size_t max_peer_text = 255;

void count(InputCounters& counters, FrameRejection reason) {
    add(counters.frames_rejected[static_cast<std::size_t>(reason)]);
}

}  // namespace

SenderConnection::SenderConnection(Descriptor socket, Place place, InputCounters& counters, Ring& ring,
                                   std::size_t max_frame_bytes, Clock::duration patience)
    : socket_(std::move(socket)),
      place_(place),
      counters_(counters),
      ring_(ring),
      protocol_(max_frame_bytes),
      peer_(describe_peer(socket_.get()).substr(0, max_peer_text)),
      patience_(patience),
      deadline_(Clock::now() + patience) {
    add(counters_.connections_accepted);
    counters_.connections.fetch_add(1, std::memory_order_relaxed);
}

SenderConnection::~SenderConnection() {
    counters_.connections.fetch_sub(1, std::memory_order_relaxed);
    if (!announced_) return;
    const bool told = ring_.push({.kind = RingEntryKind::closed,
                                  .input = place_.input,
                                  .stream = place_.stream,
                                  .read_at = {},
                                  .bytes = {}});
    assert(told && "the ring keeps room for this");
    static_cast<void>(told);
    ring_.publish();
}

ReadOutcome SenderConnection::read(std::span<std::uint8_t> buffer, bool rested) {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return ReadOutcome::quiet;
    if (count <= 0) {
        count_end();
        return ReadOutcome::ended;
    }
    const auto bytes = static_cast<std::size_t>(count);
    add(counters_.bytes_received, bytes);
    if (in_handshake() || finishing_)
        habit_.forget();
    else
        habit_.note(bytes, rested, Clock::now());
    return finishing_ ? ReadOutcome::open : take(buffer.first(bytes));
}

ReadOutcome SenderConnection::take(std::span<const std::uint8_t> bytes) {
    const ReadTime now = std::chrono::system_clock::now();
    const std::uint64_t frames_before = frames_;
    auto outcome = ReadOutcome::open;
    for (bool more = true; more;) {
        const StreamStep step = protocol_.next(bytes);
        switch (step.kind) {
            case StreamStepKind::frame:
                ++frames_;
                push(step.bytes, now);
                break;
            case StreamStepKind::oversize:
                ++frames_;
                count(counters_, FrameRejection::oversize);
                break;
            case StreamStepKind::answer:
                send(step.bytes);
                break;
            case StreamStepKind::started:
                outcome = ReadOutcome::started;
                break;
            case StreamStepKind::stopped:
                // Without READY it was a file's end, and another file may follow.
                finishing_ = protocol_.bidirectional();
                more = !finishing_;
                break;
            case StreamStepKind::rejected:
                outcome = ReadOutcome::rejected;
                more = false;
                break;
            case StreamStepKind::need_more:
                more = false;
                break;
        }
    }
    if (frames_ != frames_before) {
        // Before publish(), so that nobody sees more frames appended than received.
        add(counters_.frames_received, frames_ - frames_before);
        counters_.last_frame_seconds.store(
            static_cast<std::uint64_t>(
                std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count()),
            std::memory_order_relaxed);
    }
    ring_.publish();
    // After that: who sees FINISH may count on every frame being in the ring, and counted.
    if (finishing_) finish();
    return outcome;
}

void SenderConnection::finish() {
    say_finish();
    ::shutdown(socket_.get(), SHUT_WR);
    deadline_ = Clock::now() + patience_;
}

void SenderConnection::push(std::span<const std::uint8_t> frame, ReadTime now) {
    if (!announced_) {
        announced_ =
            ring_.push({.kind = RingEntryKind::opened,
                        .input = place_.input,
                        .stream = place_.stream,
                        .read_at = now,
                        .bytes = {reinterpret_cast<const std::uint8_t*>(peer_.data()), peer_.size()}});
    }
    const bool there_was_room = announced_ && ring_.push({.kind = RingEntryKind::frame,
                                                          .input = place_.input,
                                                          .stream = place_.stream,
                                                          .read_at = now,
                                                          .bytes = frame});
    if (!there_was_room) count(counters_, FrameRejection::ring_full);
}

// That it does not arrive is no fault: a sender may be gone before its data are read, or never look for an
// answer.
void SenderConnection::send(std::span<const std::uint8_t> answer) const {
    [[maybe_unused]] const ssize_t sent =
        ::send(socket_.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void SenderConnection::say_finish() {
    if (finish_said_ || !protocol_.bidirectional()) return;
    finish_said_ = true;
    send(finish_frame());
}

void SenderConnection::hang_up(std::span<std::uint8_t> buffer) {
    if (!protocol_.in_handshake()) say_finish();
    // From here on the peer's writes fail, so it knows what did not come; what it wrote before ends in an end
    // of file.
    ::shutdown(socket_.get(), SHUT_RD);
    for (bool more = true; more;) {
        const ReadOutcome outcome = read(buffer, false);
        more = outcome == ReadOutcome::open || outcome == ReadOutcome::started;
    }
}

void SenderConnection::count_end() {
    if (protocol_.end() != StreamEnd::inside_frame) return;
    ++frames_;
    add(counters_.frames_received);
    count(counters_, FrameRejection::truncated);
}

std::optional<SenderConnection::Clock::time_point> SenderConnection::deadline() const {
    if (in_handshake() || finishing_) return deadline_;
    return std::nullopt;
}

std::string SenderConnection::farewell() const {
    const std::string after = " after " + std::to_string(frames_) + " frames";
    switch (protocol_.end()) {
        case StreamEnd::in_handshake:
            return "went before the handshake was done";
        case StreamEnd::stopped:
            return "stopped" + after;
        case StreamEnd::between_frames:
            return "closed without STOP" + after;
        case StreamEnd::inside_frame:
            return "closed inside a frame" + after;
    }
    return {};
}

}  // namespace tapferry
