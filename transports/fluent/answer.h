// What a receiver says by Fluentd's Forward Protocol Specification v1, which is little. Each answer is one
// value of MessagePack:
//
//   ["HELO", {"nonce": NONCE, "auth": SALT, …}]             HELO: it asks for a key
//   ["PONG", ACCEPTED, REASON, HOSTNAME, DIGEST]            PONG: when it was given
//   {"ack": CHUNK}                                          Response: it has the chunk of that name
//
// SALT is empty where no user name is asked for; fluent/digest.h says what DIGEST is. Pure; used by
// FluentSession.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tapferry {

struct FluentAnswer {
    enum class Kind : std::uint8_t {
        need_more,
        broken,           // none of these, and never will be
        helo,             // nonce, and salt: it asks for a user name when that is not empty
        pong,             // accepted, reason, hostname, digest
        acknowledgement,  // chunk
    };
    // An answer is never longer.
    static constexpr std::size_t most_bytes = 16 << 10;

    Kind kind = Kind::need_more;
    std::size_t length = 0;  // in bytes
    std::string_view nonce{};
    std::string_view salt{};
    bool accepted = false;
    std::string_view reason{};
    std::string_view hostname{};
    std::string_view digest{};
    std::string_view chunk{};
};

// The first answer of some bytes; views into them.
FluentAnswer read_fluent_answer(std::string_view bytes);

}  // namespace tapferry
