#include "proto/rdata_fields.h"

#include <algorithm>
#include <optional>

#include "proto/base_encoding.h"
#include "proto/characters.h"
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
    while (!cursor.done(text)) {
        text.push_back(' ');
        if (!append_string(text, cursor)) return false;
    }
    return true;
}

bool append_tag(TextBuffer& text, RdataCursor& cursor) {
    const auto tag = take_counted(cursor);
    if (!tag || tag->empty()) return false;
    const bool sound = std::ranges::all_of(*tag, is_alphanumeric);
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

bool append_counted_base64(TextBuffer& text, RdataCursor& cursor) {
    if (cursor.left() < 2) return false;
    const std::size_t count = dns::read_u16(cursor.take(2).data());
    if (cursor.left() < count) return false;
    append_decimal(text, count);
    if (count == 0) return true;
    text.push_back(' ');
    append_base64(text, cursor.visible(cursor.take(count), text));
    return true;
}

bool append_notify_scheme(TextBuffer& text, RdataCursor& cursor) {
    constexpr std::uint8_t notify = 1;
    if (cursor.at_end()) return false;
    const std::uint8_t scheme = cursor.take(1)[0];
    if (scheme == notify) {
        text.append("NOTIFY");
    } else {
        append_decimal(text, scheme);
    }
    return true;
}

// 16 is another error here than in a header.
bool append_tsig_error(TextBuffer& text, RdataCursor& cursor) {
    constexpr std::uint16_t bad_signature = 16;
    if (cursor.left() < 2) return false;
    const std::uint16_t error = dns::read_u16(cursor.take(2).data());
    if (error == bad_signature) {
        text.append("BADSIG");
    } else {
        append_rcode(text, error);
    }
    return true;
}

bool append_base64_field(TextBuffer& text, Field field, RdataCursor& cursor) {
    if (cursor.at_end()) {
        if (field == Field::base64_or_dash) text.push_back('-');
        return field != Field::base64;
    }
    append_base64(text, cursor.take_visible(text));
    return true;
}

// Fields that take all the octets that are left.
bool append_to_end(TextBuffer& text, Field field, RdataCursor& cursor, NameEnd name_end) {
    switch (field) {
        case Field::long_string:
            append_character_string(text, dns::as_text(cursor.take_visible(text)));
            return true;
        case Field::type_bitmap:
            return append_type_bitmap(text, cursor);
        case Field::old_type_bitmap:
            return append_old_type_bitmap(text, cursor);
        case Field::ports:
            return append_ports(text, cursor);
        case Field::nsap:
            return append_nsap(text, cursor);
        case Field::atm_address:
            return append_atm_address(text, cursor);
        case Field::a6:
            return append_a6(text, cursor, name_end);
        case Field::location:
            return append_location(text, cursor.take(cursor.left()));
        case Field::service_params:
            return append_service_params(text, cursor);
        case Field::ipseckey:
            return append_ipseckey(text, cursor, name_end);
        case Field::host_identity:
            return append_host_identity(text, cursor, name_end);
        case Field::prefixes:
            return append_prefixes(text, cursor);
        case Field::hex:
            if (cursor.at_end()) return false;
            append_hex(text, cursor.take_visible(text));
            return true;
        default:
            return append_base64_field(text, field, cursor);
    }
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
        case Field::u48: return append_integer<6>(text, cursor);
        case Field::u64: return append_integer<8>(text, cursor);
        case Field::signature_time: return append_signature_time_field(text, cursor);
        case Field::type: return append_type_field(text, cursor);
        case Field::a: return append_address_field(text, cursor, 4);
        case Field::aaaa: return append_address_field(text, cursor, 16);
        case Field::string: return append_string(text, cursor);
        case Field::optional_string: return cursor.at_end() || append_string(text, cursor);
        case Field::strings: return append_strings(text, cursor);
        case Field::tag: return append_tag(text, cursor);
        case Field::counted_base64: return append_counted_base64(text, cursor);
        case Field::notify_scheme: return append_notify_scheme(text, cursor);
        case Field::tsig_error: return append_tsig_error(text, cursor);
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
