// The sender's side of a RELP session, without a socket: bytes of the receiver go in, frames for it come out.
// What the receiver may not say ends the session. Owned by Relp, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "transports/relp/frames.h"
#include "transports/relp/window.h"

namespace tapferry {

class RelpSession {
  public:
    enum class State : std::uint8_t {
        none,
        offered,  // what we speak; the receiver has not said yet that it takes syslog
        open,
        closing,  // we have said that nothing more comes
        closed,   // the receiver has answered that, or ends the session of itself
        failed,   // words() says why
    };

    // `window`: its messages go out and are answered.
    explicit RelpSession(RelpWindow& window) : window_(window) {}

    // Begins a session: appends the frame that offers it.
    void offer(std::string& out);
    // Only when open and nothing is under way: says that nothing more comes.
    void close(std::string& out);
    // The connection is over.
    void forget() { state_ = State::none; }

    // Takes whole frames of what the receiver has sent, and gives how many bytes they were.
    std::size_t take(std::string_view received);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const std::string& words() const { return words_; }
    // It will fail again until somebody changes something.
    [[nodiscard]] bool needs_a_person() const { return needs_a_person_; }

  private:
    void take(const RelpFrame& frame);
    void take_answer(std::uint32_t number, const RelpAnswer& answer);
    void take_offers(const RelpAnswer& answer);
    void fail(std::string words, bool needs_a_person = false);

    RelpWindow& window_;
    State state_ = State::none;
    std::uint32_t close_number_ = 0;
    std::string words_;
    bool needs_a_person_ = false;
};

}  // namespace tapferry
