#include <array>
#include <cstring>

#include "proto/digits.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

// 0 to 255 with a dot behind each.
struct Octet {
    char text[4];
    std::uint8_t length;
};
constexpr std::array<Octet, 256> make_octets() {
    std::array<Octet, 256> table{};
    for (unsigned value = 0; value < 256; ++value) {
        Octet& octet = table[value];
        if (value >= 100) octet.text[octet.length++] = static_cast<char>('0' + value / 100);
        if (value >= 10) octet.text[octet.length++] = static_cast<char>('0' + value / 10 % 10);
        octet.text[octet.length++] = static_cast<char>('0' + value % 10);
        octet.text[octet.length++] = '.';
    }
    return table;
}
constexpr auto octets = make_octets();

char* write_ipv4(char* out, const std::uint8_t* bytes) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
        const Octet& octet = octets[bytes[i]];
        std::memcpy(out, octet.text, sizeof octet.text);
        out += octet.length;
    }
    return out - 1;
}

// 16 bits without leading zeros.
char* write_group(char* out, std::uint16_t group) {
    if (group >= 0x1000) *out++ = hex_digits[group >> 12];
    if (group >= 0x0100) *out++ = hex_digits[group >> 8 & 0x0F];
    if (group >= 0x0010) *out++ = hex_digits[group >> 4 & 0x0F];
    *out++ = hex_digits[group & 0x0F];
    return out;
}

struct GroupRun {
    std::size_t begin = 8;
    std::size_t length = 0;
};

// What "::" stands for: the longest run of two or more zero groups, the first of equals (RFC 5952,
// section 4.2).
GroupRun longest_zero_run(const std::uint16_t* groups) {
    GroupRun best;
    GroupRun current;
    for (std::size_t i = 0; i < 8; ++i) {
        if (groups[i] != 0) {
            current.length = 0;
            continue;
        }
        if (current.length == 0) current.begin = i;
        ++current.length;
        if (current.length > best.length) best = current;
    }
    return best.length >= 2 ? best : GroupRun{};
}

char* write_ipv6(char* out, const std::uint8_t* bytes) {
    std::uint16_t groups[8];
    for (std::size_t i = 0; i < 8; ++i) groups[i] = dns::read_u16(bytes + 2 * i);
    const GroupRun zeros = longest_zero_run(groups);
    // RFC 5952, section 5: an IPv4-mapped address ends in a dotted quad.
    const bool is_mapped = zeros.begin == 0 && zeros.length == 5 && groups[5] == 0xFFFF;
    const std::size_t group_count = is_mapped ? 6 : 8;
    std::size_t i = 0;
    while (i < group_count) {
        if (i == zeros.begin) {
            *out++ = ':';
            if (i == 0) *out++ = ':';
            i += zeros.length;
            continue;
        }
        out = write_group(out, groups[i]);
        if (++i < 8) *out++ = ':';
    }
    return is_mapped ? write_ipv4(out, bytes + 12) : out;
}

}  // namespace

char* AddressText::write(char* out) const {
    if (!address.present()) return out;
    return address.is_v6() ? write_ipv6(out, address.bytes.data()) : write_ipv4(out, address.bytes.data());
}

void append_address(TextBuffer& text, const IpAddress& address) {
    text.append(AddressText{address});
}

}  // namespace tapferry
