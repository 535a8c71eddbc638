// The receiver's side of Frame Streams for one connection: bytes in, frames and answers out. It knows no
// socket and no clock, takes its bytes in whatever pieces they come, and trusts no length: memory grows only
// with bytes received. The reading loop has one for each connection.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agent/inputs/counters.h"
#include "proto/control_frame.h"

namespace tapferry {

// Why a connection must be closed for what it sent; `text` is for people and is printable ASCII whatever
// came.
struct Rejection {
    ConnectionRejection reason{};
    std::string text;
};

enum class StreamStepKind : std::uint8_t {
    need_more,  // all input is used up
    frame,      // `bytes`: a data frame; they live until the next call, or lie in the input
    oversize,   // a data frame above the limit begins; its bytes will be passed over
    answer,     // `bytes` are to be sent: ACCEPT
    started,    // the handshake is done
    stopped,    // STOP came: if bidirectional(), FINISH is to be sent, and the connection is done then
    rejected,   // close the connection; rejection() says why
};

struct StreamStep {
    StreamStepKind kind = StreamStepKind::need_more;
    std::span<const std::uint8_t> bytes;
};

// Where the peer's end of file found the stream.
enum class StreamEnd : std::uint8_t {
    in_handshake,
    stopped,         // after STOP
    between_frames,  // without STOP, nothing is cut
    inside_frame,    // a frame that has not been told of is cut
};

class FrameStreams {
  public:
    explicit FrameStreams(std::size_t max_frame_bytes) : max_frame_bytes_(max_frame_bytes) {}

    // The next thing that `input` brings; what was used is taken from its front. Call until need_more, or
    // until stopped or rejected, which are final but for one case: after STOP without READY another START may
    // follow.
    [[nodiscard]] StreamStep next(std::span<const std::uint8_t>& input);

    [[nodiscard]] const Rejection& rejection() const { return rejection_; }
    [[nodiscard]] StreamEnd end() const;
    [[nodiscard]] bool in_handshake() const { return state_ == State::hello || state_ == State::wait_start; }
    // Whether nothing of a frame has come that is not whole.
    [[nodiscard]] bool at_boundary() const { return (carry_.empty() || carry_told_) && to_discard_ == 0; }
    // What has come of a unit that is not whole, from its length on.
    [[nodiscard]] std::span<const std::uint8_t> begun() const {
        return carry_told_ ? std::span<const std::uint8_t>() : carry_;
    }
    // Whether the peer began with READY, so that it expects FINISH.
    [[nodiscard]] bool bidirectional() const { return bidirectional_; }

  private:
    enum class State : std::uint8_t {
        hello,       // nothing came
        wait_start,  // READY was answered
        data,
        stopped,
        failed,
    };
    struct Unit;

    [[nodiscard]] std::span<const std::uint8_t> whole_frame(std::span<const std::uint8_t> input) const;
    [[nodiscard]] Unit measure(std::span<const std::uint8_t> bytes) const;
    StreamStep gather(std::span<const std::uint8_t>& input);
    StreamStep whole(std::span<const std::uint8_t> unit);
    StreamStep control(std::span<const std::uint8_t> payload);
    StreamStep ready(const ControlFrame& frame);
    StreamStep start(const ControlFrame& frame);
    StreamStep refuse_length();
    StreamStep refuse_content_type(const ControlFrame& frame);
    StreamStep reject(ConnectionRejection reason, std::string text);
    void discard(std::span<const std::uint8_t>& input);

    const std::size_t max_frame_bytes_;
    State state_ = State::hello;
    bool bidirectional_ = false;
    bool carry_told_ = false;          // what carry_ holds was handed out
    std::uint64_t to_discard_ = 0;     // bytes of an oversize frame still to come
    std::vector<std::uint8_t> carry_;  // the begun unit that crosses the end of an input
    Rejection rejection_;
};

}  // namespace tapferry
