// Walks a name in a DNS message: the one place where labels and compression pointers are followed (RFC 1035,
// section 4.1.4), by the rules of RFC 9267: pointers go strictly backward and never into the header, jumps
// are bounded, labels have 63 octets at most and names 255, the reserved label types are refused. Used within
// proto/ only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/dns_message.h"
#include "proto/dns_text.h"
#include "proto/malformed.h"

namespace tapferry::dns {

inline constexpr std::size_t header_size = 12;
inline constexpr std::size_t max_name_size = 255;  // octets on the wire, the root's zero included
// No sound name needs more: it has 127 labels at most, and a pointer to a pointer says nothing.
inline constexpr unsigned max_name_jumps = 128;

struct NameExtent {
    const char* error = nullptr;  // why it is not a sound name, of malformed.h
    std::uint32_t end = 0;        // the first offset behind the name where it stands; valid without error
    std::uint32_t steps = 0;      // labels and pointers that were followed: what it cost; valid without error
};

// Calls on_label(pointer to its octets, count of 1 to 63) for each label from the left, up to the first
// fault.
template <typename OnLabel>
NameExtent walk_name(Wire wire, std::size_t offset, OnLabel on_label) {
    const std::uint8_t* const bytes = wire.data();
    const std::size_t size = wire.size();
    std::size_t at = offset;
    std::size_t piece = offset;  // where this run of labels began: a pointer must go before it
    std::uint32_t end = 0;
    std::size_t length = 1;
    unsigned jumps = 0;
    unsigned steps = 0;
    while (at < size) {
        const std::size_t octet = bytes[at];
        if (octet == 0) return {nullptr, end != 0 ? end : static_cast<std::uint32_t>(at + 1), steps};
        ++steps;
        if (octet < 0x40) {
            length += octet + 1;
            if (length > max_name_size) return {malformed_reason("name too long")};
            if (size - at <= octet) return {malformed_reason("name breaks off")};
            on_label(bytes + at + 1, octet);
            at += octet + 1;
        } else if (octet >= 0xC0) {
            if (size - at < 2) return {malformed_reason("name breaks off")};
            if (end == 0) end = static_cast<std::uint32_t>(at + 2);
            at = (octet & 0x3F) << 8 | bytes[at + 1];
            if (at < header_size) return {malformed_reason("name points into the header")};
            if (at >= piece) return {malformed_reason("name points forward")};
            if (++jumps > max_name_jumps) return {malformed_reason("name jumps too often")};
            piece = at;
        } else {
            return {malformed_reason("reserved label type")};
        }
    }
    return {malformed_reason("name breaks off")};
}

inline NameExtent measure_name(Wire wire, std::size_t offset) {
    return walk_name(wire, offset, [](const std::uint8_t*, std::size_t) {});
}

}  // namespace tapferry::dns

namespace tapferry {

// append_name() of dns_text.h that also says where the name ends. Nothing is appended when there is an error.
dns::NameExtent append_measured_name(TextBuffer&, dns::Wire wire, std::size_t offset, NameEnd);

}  // namespace tapferry
