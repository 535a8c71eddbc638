// The sender's side of a session by Fluentd's Forward Protocol Specification v1, without a socket: bytes of
// the receiver go in, and what it must be answered comes out, which is ["PING", HOSTNAME, SALT, DIGEST,
// USERNAME, DIGEST OF THE PASSWORD] to "HELO", and nothing to all else. Owned by Fluent, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "transports/fluent/answer.h"
#include "transports/fluent/options.h"
#include "transports/fluent/window.h"

namespace tapferry {

class FluentSession {
  public:
    enum class State : std::uint8_t {
        none,
        greeted,  // it is waited for: the receiver is to ask for the key
        proving,  // it is given; the receiver is to show that it knows it too
        open,
        failed,  // words() says why
    };

    FluentSession(const FluentOptions& options, FluentWindow& window) : options_(options), window_(window) {}

    // The connection is there.
    void begin() { state_ = options_.shared_key.empty() ? State::open : State::greeted; }
    // The connection is over.
    void forget() {
        state_ = State::none;
        not_admitted_ = false;
    }
    // Takes whole answers of what the receiver has sent, and gives how many bytes they were. Appends to `out`
    // what it is to be answered.
    std::size_t take(std::string_view received, std::string& out);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const std::string& words() const { return words_; }
    // It will fail again until somebody changes something.
    [[nodiscard]] bool needs_a_person() const { return needs_a_person_; }
    // That is: it does not know us.
    [[nodiscard]] bool not_admitted() const { return not_admitted_; }

  private:
    void take_helo(const FluentAnswer& helo, std::string& out);
    void take_pong(const FluentAnswer& pong);
    void turn_away(std::string words);
    void fail(std::string words, bool needs_a_person);

    const FluentOptions& options_;
    FluentWindow& window_;
    State state_ = State::none;
    std::string nonce_;
    std::string salt_;
    std::string words_;
    bool needs_a_person_ = false;
    bool not_admitted_ = false;
};

}  // namespace tapferry
