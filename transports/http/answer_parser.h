// Answers of HTTP/1.1 out of the bytes of a connection, with limits: a part of the door of Boost.Beast. Owned
// by an exchange, one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "transports/http/answer.h"

namespace tapferry {

class HttpAnswerParser {
  public:
    // A server's header must fit into this, and so must what one feeds at a time.
    static constexpr std::size_t longest_header = 64 << 10;
    enum class State : std::uint8_t { reading, done, failed };
    // What was asked: the answer to CONNECT has no body, whatever its header says.
    enum class Asked : std::uint8_t { usual, tunnel };

    HttpAnswerParser();
    ~HttpAnswerParser();

    // Forgets what was, for the answer to the next request. `longest_body`: in bytes; a longer one fails.
    void begin(std::size_t longest_body, Asked asked = Asked::usual);
    // The bytes that have come and were not used yet; returns how many of them it used. None: more must come.
    std::size_t feed(std::string_view bytes);
    // No more will come.
    void end();

    [[nodiscard]] State state() const;
    // When it failed: why, as the end of a sentence that begins with the server.
    [[nodiscard]] const std::string& words() const;
    // Whether a byte of the answer has come.
    [[nodiscard]] bool begun() const;
    [[nodiscard]] const ServerAnswer& answer() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
