#include "proto/protobuf_reader.h"

namespace tapferry::protobuf {

std::uint64_t Reader::read_long_varint(unsigned max_octets) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 7 * max_octets && at_ != end_; shift += 7) {
        const auto octet = static_cast<std::uint8_t>(*at_++);
        value |= std::uint64_t{octet & 0x7FU} << shift;
        if (octet < 0x80) return value;
    }
    fail();
    return 0;
}

void Reader::skip() {
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
        skip();
    }
    fail();
}

}  // namespace tapferry::protobuf
