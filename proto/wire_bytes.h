// Integers and text in wire format. Used within proto/ only; the caller has checked that the bytes are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/dns_message.h"

namespace tapferry::dns {

inline std::uint16_t read_u16(const std::uint8_t* bytes) {
    return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

inline std::uint32_t read_u32(const std::uint8_t* bytes) {
    return static_cast<std::uint32_t>(read_u16(bytes)) << 16 | read_u16(bytes + 2);
}

inline std::string_view as_text(Wire bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Wire as_wire(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace tapferry::dns
