#include "proto/digits.h"
#include "proto/dns_text.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

constexpr std::size_t longest_address = 45;

char* write_ipv4(char* out, const std::uint8_t* bytes) {
    out = write_octet(out, bytes[0]);
    for (std::size_t i = 1; i < 4; ++i) {
        *out++ = '.';
        out = write_octet(out, bytes[i]);
    }
    return out;
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

void append_address(TextBuffer& text, const IpAddress& address) {
    if (!address.present()) return;
    char* const begin = text.reserve(longest_address);
    char* const end =
        address.is_v6() ? write_ipv6(begin, address.bytes.data()) : write_ipv4(begin, address.bytes.data());
    text.commit(static_cast<std::size_t>(end - begin));
}

}  // namespace tapferry
