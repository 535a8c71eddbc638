// The sender's side of Frame Streams on one connection, without a socket: what is said before the first data
// frame and behind the last one, and what the receiver may say to that. The receiver's bytes are trusted in
// nothing. Owned by Stream, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tapferry {

struct ControlFrame;

class FrameStreamsSession {
  public:
    // Of what the receiver sends, more is never held than a whole control frame with what stands before it.
    static constexpr std::size_t most_received = 4096;

    enum class State : std::uint8_t {
        none,      // nothing was said
        offered,   // READY; the receiver has not answered yet
        accepted,  // it takes dnstap
        open,      // START; data frames may follow
        stopping,  // STOP; the receiver has everything when it says FINISH
        finished,  // it has said that
        failed,    // words() says why
    };

    // Each gives what is to be written, and must come in this order.
    [[nodiscard]] std::string_view ready();
    [[nodiscard]] std::string_view start();  // when accepted
    [[nodiscard]] std::string_view stop();   // when open
    // The connection is over.
    void forget() { state_ = State::none; }

    // Takes whole control frames of what the receiver has sent, and gives how many bytes they were.
    [[nodiscard]] std::size_t take(std::string_view received);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const std::string& words() const { return words_; }
    // It will fail again until somebody changes something.
    [[nodiscard]] bool needs_a_person() const { return needs_a_person_; }

  private:
    void take_control(std::string_view payload);
    void take_accept(const ControlFrame& frame);
    void take_finish();
    void fail(std::string words);

    State state_ = State::none;
    std::string words_;
    bool needs_a_person_ = false;
};

}  // namespace tapferry
