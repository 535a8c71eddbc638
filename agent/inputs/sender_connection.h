// One connection of a sender: reads its socket, lets FrameStreams split what comes, pushes the frames into
// the ring and counts them. Owned by the reading loop and used by its thread only; never blocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "agent/inputs/counters.h"
#include "agent/inputs/frame_streams.h"
#include "agent/inputs/rest_habit.h"
#include "agent/inputs/ring.h"
#include "transports/network/descriptor.h"

namespace tapferry {

enum class ReadOutcome : std::uint8_t {
    open,      // something was read
    quiet,     // nothing is there to read
    started,   // something was read, the handshake's end among it
    ended,     // the peer is gone, or all is said: close it
    rejected,  // close it; rejection() says why
};

class SenderConnection {
  public:
    using Clock = std::chrono::steady_clock;

    struct Place {
        std::uint16_t input = 0;   // index of the input
        std::uint32_t stream = 0;  // number that no other connection has
    };

    SenderConnection(Descriptor socket, Place place, InputCounters& counters, Ring& ring,
                     std::size_t max_frame_bytes, Clock::duration patience);
    // Tells the ring that the stream is closed, if anything of it went there.
    ~SenderConnection();
    SenderConnection(const SenderConnection&) = delete;
    SenderConnection& operator=(const SenderConnection&) = delete;

    // One recv(). `rested`: the loop waited for more since the socket became readable.
    ReadOutcome read(std::span<std::uint8_t> buffer, bool rested);
    // The agent stops: says FINISH, keeps the peer from sending, and reads what it had sent.
    void hang_up(std::span<std::uint8_t> buffer);

    [[nodiscard]] int fd() const { return socket_.get(); }
    [[nodiscard]] std::uint16_t input() const { return place_.input; }
    [[nodiscard]] const std::string& peer() const { return peer_; }
    [[nodiscard]] const Rejection& rejection() const { return protocol_.rejection(); }
    // When the handshake, or the peer's close after STOP, must have come.
    [[nodiscard]] std::optional<Clock::time_point> deadline() const;
    [[nodiscard]] bool in_handshake() const { return protocol_.in_handshake(); }
    [[nodiscard]] bool at_boundary() const { return protocol_.at_boundary(); }
    // How long waiting for more before the next read has been found to pay.
    [[nodiscard]] Clock::duration rest() const { return habit_.rest(); }
    // How it ended, for people.
    [[nodiscard]] std::string farewell() const;

  private:
    ReadOutcome take(std::span<const std::uint8_t> bytes);
    void send(std::span<const std::uint8_t> answer) const;
    void finish();
    void say_finish();
    void push(std::span<const std::uint8_t> frame, ReadTime now);
    void count_end();

    Descriptor socket_;
    const Place place_;
    InputCounters& counters_;
    Ring& ring_;
    FrameStreams protocol_;
    const std::string peer_;
    const Clock::duration patience_;
    Clock::time_point deadline_;
    bool announced_ = false;  // the ring has an `opened` entry
    bool finish_said_ = false;
    bool finishing_ = false;  // STOP came; what still comes is passed over
    RestHabit habit_;
    std::uint64_t frames_ = 0;
};

}  // namespace tapferry
