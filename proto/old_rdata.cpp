// RDATA of addresses that came before, or beside, those in use: NSAP (RFC 1706), ATMA (ATM Forum,
// af-dans-0152) and A6 (RFC 2874).
#include <algorithm>

#include "proto/characters.h"
#include "proto/rdata_fields.h"
#include "proto/wire_bytes.h"

namespace tapferry {

bool append_nsap(TextBuffer& text, RdataCursor& cursor) {
    if (cursor.at_end()) return false;
    text.append("0x");
    append_hex(text, cursor.take_visible(text));
    return true;
}

bool append_atm_address(TextBuffer& text, RdataCursor& cursor) {
    constexpr std::uint8_t end_system = 0;  // AESA, 20 octets by rights
    constexpr std::uint8_t e164 = 1;        // a telephone number
    constexpr std::size_t most_digits = 15;
    if (cursor.left() < 2) return false;
    const std::uint8_t format = cursor.take(1)[0];
    const dns::Wire address = cursor.take(cursor.left());
    if (format == end_system) {
        append_hex(text, cursor.visible(address, text));
        return true;
    }
    if (format != e164 || address.size() > most_digits || !std::ranges::all_of(address, is_digit))
        return false;
    text.append('+', dns::as_text(address));
    return true;
}

// How many bits the named prefix has, the rest of the address, and the name when there are any such bits.
bool append_a6(TextBuffer& text, RdataCursor& cursor, NameEnd name_end) {
    constexpr unsigned address_bits = 128;
    if (cursor.at_end()) return false;
    const unsigned prefix_bits = cursor.take(1)[0];
    if (prefix_bits > address_bits) return false;
    append_decimal(text, prefix_bits);
    const std::size_t suffix_octets = (address_bits - prefix_bits + 7) / 8;
    if (cursor.left() < suffix_octets) return false;
    if (suffix_octets != 0) {
        IpAddress address;
        address.size = 16;
        std::ranges::copy(cursor.take(suffix_octets), address.bytes.end() - static_cast<int>(suffix_octets));
        // Bits of the prefix may stand in the suffix's first octet and mean nothing.
        if (prefix_bits % 8 != 0) {
            std::uint8_t& first = address.bytes[prefix_bits / 8];
            first = static_cast<std::uint8_t>(first & 0xFF >> prefix_bits % 8);
        }
        text.push_back(' ');
        append_address(text, address);
    }
    if (prefix_bits == 0) return true;
    text.push_back(' ');
    return append_field(text, Field::plain_name, cursor, name_end);
}

}  // namespace tapferry
