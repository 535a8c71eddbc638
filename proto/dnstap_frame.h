// What a dnstap frame says, by the fields of dnstap.proto: views into the frame, nothing copied. The last
// value of a field counts, over all parts of a message that is sent in several. Made for Decoder; used within
// proto/ only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "proto/event.h"

namespace tapferry {

// Numbers that dnstap.proto does not know are left out of the enumerations. Times and ports are as sent; what
// is absent is empty or 0.
struct DnstapFrame {
    DnstapFrame() {}  // member by member: to clear it as a whole before is slower
    std::string_view identity;
    std::string_view version;
    std::string_view extra;

    MessageType type = MessageType::unknown;
    std::uint64_t unknown_type = 0;  // the last number that is not a MessageType
    SocketFamily family = SocketFamily::unknown;
    SocketProtocol protocol = SocketProtocol::unknown;
    HttpProtocol http_protocol = HttpProtocol::unknown;
    std::string_view query_address;
    std::string_view response_address;
    std::uint32_t query_port = 0;
    std::uint32_t response_port = 0;
    std::uint64_t query_time_sec = 0;
    std::uint32_t query_time_nsec = 0;
    std::optional<std::uint64_t> response_time_sec;
    std::uint32_t response_time_nsec = 0;
    std::optional<std::string_view> query_message;
    std::optional<std::string_view> response_message;
    std::string_view query_zone;
    Policy policy;
};

// Empty when the protobuf breaks off.
std::optional<DnstapFrame> read_dnstap_frame(std::span<const std::uint8_t> bytes);

}  // namespace tapferry
