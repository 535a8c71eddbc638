#include "proto/rdata_fields.h"

#include <algorithm>
#include <optional>

#include "proto/base_encoding.h"
#include "proto/civil_time.h"
#include "proto/digits.h"
#include "proto/dns_name.h"
#include "proto/escape.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

bool append_compressible_name(TextBuffer& text, RdataCursor& cursor, NameEnd name_end) {
    const auto extent = append_measured_name(text, cursor.wire, cursor.at, name_end);
    if (extent.error != nullptr) return false;
    cursor.at = extent.end;
    return true;
}

// Read from its own first octet on, a pointer has nothing before it to point at.
bool append_plain_name(TextBuffer& text, RdataCursor& cursor, NameEnd name_end) {
    const auto extent = append_measured_name(text, cursor.rest(), 0, name_end);
    if (extent.error != nullptr) return false;
    cursor.at += extent.end;
    return true;
}

template <std::size_t octets>
bool append_integer(TextBuffer& text, RdataCursor& cursor) {
    if (cursor.left() < octets) return false;
    std::uint64_t value = 0;
    for (const std::uint8_t octet : cursor.take(octets)) value = value << 8 | octet;
    text.append(Decimal{value});
    return true;
}

bool append_signature_time_field(TextBuffer& text, RdataCursor& cursor) {
    if (cursor.left() < 4) return false;
    append_signature_time(text, dns::read_u32(cursor.take(4).data()));
    return true;
}

bool append_type_field(TextBuffer& text, RdataCursor& cursor) {
    if (cursor.left() < 2) return false;
    append_type(text, dns::read_u16(cursor.take(2).data()));
    return true;
}

bool append_address_field(TextBuffer& text, RdataCursor& cursor, std::uint8_t size) {
    if (cursor.left() < size) return false;
    IpAddress address;
    address.size = size;
    std::ranges::copy(cursor.take(size), address.bytes.begin());
    append_address(text, address);
    return true;
}

// A length octet and as many octets; nullopt when they are not all there.
std::optional<dns::Wire> take_counted(RdataCursor& cursor) {
    if (cursor.at_end()) return std::nullopt;
    const std::size_t count = cursor.rest()[0];
    if (cursor.left() - 1 < count) return std::nullopt;
    return cursor.take(1 + count).subspan(1);
}

bool append_string(TextBuffer& text, RdataCursor& cursor) {
    const auto string = take_counted(cursor);
    if (!string) return false;
    append_character_string(text, dns::as_text(*string));
    return true;
}

bool append_strings(TextBuffer& text, RdataCursor& cursor) {
    if (!append_string(text, cursor)) return false;
    while (!cursor.at_end()) {
        text.push_back(' ');
        if (!append_string(text, cursor)) return false;
    }
    return true;
}

bool append_tag(TextBuffer& text, RdataCursor& cursor) {
    const auto tag = take_counted(cursor);
    if (!tag || tag->empty()) return false;
    const bool sound =
        std::ranges::all_of(*tag, [](std::uint8_t c) { return is_lower(c) || is_upper(c) || is_digit(c); });
    if (sound) text.append(dns::as_text(*tag));
    return sound;
}

// Hexadecimal in groups of `group` octets with `separator` between them.
void append_hex_groups(TextBuffer& text, dns::Wire bytes, std::size_t group, char separator) {
    for (std::size_t i = 0; i < bytes.size(); i += group) {
        if (i != 0) text.push_back(separator);
        append_hex(text, bytes.subspan(i, group));
    }
}

bool append_eui(TextBuffer& text, RdataCursor& cursor, std::size_t octets) {
    if (cursor.left() < octets) return false;
    append_hex_groups(text, cursor.take(octets), 1, '-');
    return true;
}

bool append_locator(TextBuffer& text, RdataCursor& cursor) {
    if (cursor.left() < 8) return false;
    append_hex_groups(text, cursor.take(8), 2, ':');
    return true;
}

bool append_salt(TextBuffer& text, RdataCursor& cursor) {
    const auto salt = take_counted(cursor);
    if (!salt) return false;
    if (salt->empty()) text.push_back('-');
    append_hex(text, *salt);
    return true;
}

bool append_hash(TextBuffer& text, RdataCursor& cursor) {
    const auto hash = take_counted(cursor);
    if (!hash || hash->empty()) return false;
    append_base32hex(text, *hash);
    return true;
}

void append_window(TextBuffer& text, unsigned window, dns::Wire bitmap, bool& is_first) {
    for (unsigned bit = 0; bit < bitmap.size() * 8; ++bit) {
        if ((bitmap[bit / 8] & 0x80 >> bit % 8) == 0) continue;
        if (!is_first) text.push_back(' ');
        is_first = false;
        append_type(text, static_cast<std::uint16_t>(window << 8 | bit));
    }
}

bool append_type_bitmap(TextBuffer& text, RdataCursor& cursor) {
    bool is_first = true;
    unsigned lowest_window = 0;
    while (!cursor.at_end()) {
        const unsigned window = cursor.take(1)[0];
        const auto bitmap = take_counted(cursor);
        if (!bitmap || bitmap->empty() || bitmap->size() > 32 || window < lowest_window) return false;
        append_window(text, window, *bitmap, is_first);
        lowest_window = window + 1;
    }
    return true;
}

// Fields that take all the octets that are left.
bool append_to_end(TextBuffer& text, Field field, RdataCursor& cursor, NameEnd name_end) {
    switch (field) {
        case Field::long_string:
            append_character_string(text, dns::as_text(cursor.take(cursor.left())));
            return true;
        case Field::type_bitmap:
            return append_type_bitmap(text, cursor);
        case Field::location:
            return append_location(text, cursor.take(cursor.left()));
        case Field::service_params:
            return append_service_params(text, cursor.take(cursor.left()));
        case Field::ipseckey:
            return append_ipseckey(text, cursor, name_end);
        case Field::host_identity:
            return append_host_identity(text, cursor, name_end);
        case Field::prefixes:
            return append_prefixes(text, cursor);
        default:
            break;
    }
    if (cursor.at_end()) return false;
    const dns::Wire rest = cursor.take(cursor.left());
    if (field == Field::hex) append_hex(text, rest);
    if (field == Field::base64) append_base64(text, rest);
    return true;
}

}  // namespace

bool append_field(TextBuffer& text, Field field, RdataCursor& cursor, NameEnd name_end) {
    // clang-format off
    switch (field) {
        case Field::name: return append_compressible_name(text, cursor, name_end);
        case Field::plain_name: return append_plain_name(text, cursor, name_end);
        case Field::u8: return append_integer<1>(text, cursor);
        case Field::u16: return append_integer<2>(text, cursor);
        case Field::u32: return append_integer<4>(text, cursor);
        case Field::signature_time: return append_signature_time_field(text, cursor);
        case Field::type: return append_type_field(text, cursor);
        case Field::a: return append_address_field(text, cursor, 4);
        case Field::aaaa: return append_address_field(text, cursor, 16);
        case Field::string: return append_string(text, cursor);
        case Field::strings: return append_strings(text, cursor);
        case Field::tag: return append_tag(text, cursor);
        case Field::eui48: return append_eui(text, cursor, 6);
        case Field::eui64: return append_eui(text, cursor, 8);
        case Field::locator: return append_locator(text, cursor);
        case Field::salt: return append_salt(text, cursor);
        case Field::hash: return append_hash(text, cursor);
        case Field::amtrelay: return append_amtrelay(text, cursor, name_end);
        default: return append_to_end(text, field, cursor, name_end);
    }
    // clang-format on
}

}  // namespace tapferry
