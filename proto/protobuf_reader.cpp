#include "proto/protobuf_reader.h"

#include <bit>
#include <cstring>

namespace tapferry::protobuf {

namespace {

// The seven low bits of each of eight octets, beginning with the lowest octet, put together.
std::uint64_t joined(std::uint64_t octets) {
    octets = (octets & 0x007F'007F'007F'007F) | (octets & 0x7F00'7F00'7F00'7F00) >> 1;
    octets = (octets & 0x0000'3FFF'0000'3FFF) | (octets & 0x3FFF'0000'3FFF'0000) >> 2;
    return (octets & 0x0FFF'FFFF) | (octets & 0x0FFF'FFFF'0000'0000) >> 4;
}

}  // namespace

Reader::Varint Reader::read_long_varint(const char* at, const char* end, unsigned max_octets) {
    if (end - at >= 8) [[likely]] {
        std::uint64_t octets = 0;
        std::memcpy(&octets, at, sizeof octets);
        if constexpr (std::endian::native == std::endian::big) octets = __builtin_bswap64(octets);
        const std::uint64_t last = ~octets & 0x8080'8080'8080'8080;
        const auto count = static_cast<unsigned>(std::countr_zero(last)) / 8 + 1;
        if (last != 0 && count <= max_octets) return {joined(octets & (last ^ (last - 1))), at + count};
    }
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 7 * max_octets && at != end; shift += 7) {
        const auto octet = static_cast<std::uint8_t>(*at++);
        value |= std::uint64_t{octet & 0x7FU} << shift;
        if (octet < 0x80) return {value, at};
    }
    return {0, nullptr};
}

const char* Reader::behind_value(const char* at, const char* end, std::uint32_t tag, unsigned depth) {
    Reader reader({at, static_cast<std::size_t>(end - at)}, depth);
    reader.tag_ = tag;
    reader.skip_value();
    return reader.sound_ ? reader.at_ : nullptr;
}

void Reader::skip_value() {
    const std::uint32_t field = tag_ >> 3;
    if (field == 0) return fail();
    switch (tag_ & 7) {
        case varint:
            (void)number();
            break;
        case fixed64:
            (void)take(8);
            break;
        case counted:
            (void)bytes();
            break;
        case group:
            skip_group(field);
            break;
        case fixed32:
            (void)take(4);
            break;
        default:
            fail();
    }
}

void Reader::skip_group(std::uint32_t field) {
    if (depth_ == 0) return fail();
    --depth_;
    while (next()) {
        if (tag_ == tag_of(field, group_end)) {
            ++depth_;
            return;
        }
        skip_value();
    }
    fail();
}

}  // namespace tapferry::protobuf
