// RDATA whose later fields depend on its earlier ones: IPSECKEY (RFC 4025), AMTRELAY (RFC 8777), HIP (RFC
// 8005) and APL (RFC 3123).
#include <algorithm>
#include <initializer_list>

#include "proto/base_encoding.h"
#include "proto/rdata_fields.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

bool append_gateway(TextBuffer& text, unsigned type, RdataCursor& cursor, NameEnd name_end) {
    switch (type) {
        case 0:
            text.push_back('.');
            return true;
        case 1:
            return append_field(text, Field::a, cursor, name_end);
        case 2:
            return append_field(text, Field::aaaa, cursor, name_end);
        case 3:
            return append_field(text, Field::plain_name, cursor, name_end);
        default:
            return false;
    }
}

void append_numbers(TextBuffer& text, std::initializer_list<unsigned> numbers) {
    for (const unsigned number : numbers) {
        append_decimal(text, number);
        text.push_back(' ');
    }
}

bool append_prefix(TextBuffer& text, RdataCursor& cursor) {
    if (cursor.left() < 4) return false;
    const dns::Wire head = cursor.take(4);
    const unsigned family = dns::read_u16(head.data());
    const unsigned prefix = head[2];
    const bool is_negated = (head[3] & 0x80) != 0;
    const std::size_t octets = head[3] & 0x7F;
    IpAddress address;
    if (family == 1) address.size = 4;
    if (family == 2) address.size = 16;
    if (octets > address.size || octets > cursor.left() || prefix > address.size * 8u) return false;
    std::ranges::copy(cursor.take(octets), address.bytes.begin());
    if (is_negated) text.push_back('!');
    append_decimal(text, family);
    text.push_back(':');
    append_address(text, address);
    text.push_back('/');
    append_decimal(text, prefix);
    return address.present();
}

}  // namespace

bool append_ipseckey(TextBuffer& text, RdataCursor& cursor, NameEnd name_end) {
    if (cursor.left() < 3) return false;
    const dns::Wire head = cursor.take(3);
    append_numbers(text, {head[0], head[1], head[2]});
    if (!append_gateway(text, head[1], cursor, name_end)) return false;
    if (cursor.at_end()) return true;
    text.push_back(' ');
    return append_field(text, Field::base64, cursor, name_end);
}

bool append_amtrelay(TextBuffer& text, RdataCursor& cursor, NameEnd name_end) {
    if (cursor.left() < 2) return false;
    const dns::Wire head = cursor.take(2);
    const unsigned relay_type = head[1] & 0x7Fu;
    const unsigned discovery_optional = (head[1] & 0x80u) >> 7;
    append_numbers(text, {head[0], discovery_optional, relay_type});
    return append_gateway(text, relay_type, cursor, name_end);
}

bool append_host_identity(TextBuffer& text, RdataCursor& cursor, NameEnd name_end) {
    if (cursor.left() < 4) return false;
    const dns::Wire head = cursor.take(4);
    const std::size_t tag_size = head[0];
    const std::size_t key_size = dns::read_u16(&head[2]);
    if (tag_size == 0 || key_size == 0 || cursor.left() < tag_size + key_size) return false;
    append_numbers(text, {head[1]});
    append_hex(text, cursor.take(tag_size));
    text.push_back(' ');
    append_base64(text, cursor.visible(cursor.take(key_size), text));
    while (!cursor.done(text)) {
        text.push_back(' ');
        if (!append_field(text, Field::plain_name, cursor, name_end)) return false;
    }
    return true;
}

// No items at all are allowed too (RFC 3123, section 4). They have no text, and a place for data that stays
// empty could be taken for no data: RFC 3597's \# 0 says what there is.
bool append_prefixes(TextBuffer& text, RdataCursor& cursor) {
    if (!append_prefix(text, cursor)) return false;
    while (!cursor.done(text)) {
        text.push_back(' ');
        if (!append_prefix(text, cursor)) return false;
    }
    return true;
}

}  // namespace tapferry
