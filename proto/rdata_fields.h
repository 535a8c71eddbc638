// The fields that RDATA is made of, and the text of each. dns_rdata.cpp says which type has which. Used
// within proto/ only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/dns_message.h"
#include "proto/dns_text.h"

namespace tapferry {

enum class Field : std::uint8_t {
    none,
    name,        // may be compressed (RFC 3597, section 4)
    plain_name,  // may not
    u8,
    u16,
    u32,
    u48,
    u64,
    signature_time,  // u32 as YYYYMMDDHHmmSS
    type,            // u16 as mnemonic
    a,
    aaaa,
    string,           // one <character-string>
    optional_string,  // one, or the end
    strings,          // one or more, to the end
    tag,              // length octet, letters and digits (RFC 8659, section 4.1)
    long_string,      // quoted, to the end
    hex,              // one octet or more, to the end
    base64,           // likewise
    optional_base64,  // or nothing
    base64_or_dash,   // "-" for nothing
    counted_base64,   // u16 of octets, then as many in base64 when there are any
    eui48,            // 00-00-5e-00-53-2a (RFC 7043)
    eui64,
    locator,          // 64 bits as four groups (RFC 6742)
    salt,             // length octet, hex or "-" (RFC 5155, section 3.3)
    hash,             // length octet, base32hex without padding (likewise)
    type_bitmap,      // RFC 4034, section 4.1.2, to the end
    old_type_bitmap,  // of types 1 to 127 (RFC 2065, section 5.2), to the end
    ports,            // bitmap as numbers (RFC 1035, section 3.4.2), to the end
    nsap,             // 0x and hex (RFC 1706, section 7), to the end
    atm_address,      // AESA in hex or + and digits (ATM Forum, af-dans-0152), to the end
    a6,               // RFC 2874, section 3.1, to the end
    notify_scheme,    // u8, NOTIFY or a number (RFC 9859, section 2.1)
    tsig_error,       // u16 as mnemonic (RFC 8945, section 4.2)
    location,         // RFC 1876, section 3
    service_params,   // RFC 9460, section 2.1, to the end
    ipseckey,         // RFC 4025, section 2.1, to the end
    amtrelay,         // RFC 8777, section 4.2
    host_identity,    // RFC 8005, section 5, to the end
    prefixes,         // one or more, RFC 3123, section 5, to the end
};

// The reading place in the RDATA. `wire` is the message cut off behind the RDATA, so that nothing reads on.
// From `enough` characters of text on nothing more can be seen of what follows: it is neither read nor
// written, so that no RDATA costs more than its text.
struct RdataCursor {
    dns::Wire wire;
    std::size_t at = 0;
    std::size_t enough = ~std::size_t{0};  // of the whole TextBuffer

    [[nodiscard]] dns::Wire rest() const { return wire.subspan(at); }
    [[nodiscard]] std::size_t left() const { return wire.size() - at; }
    [[nodiscard]] bool at_end() const { return at == wire.size(); }
    // The next `count` octets; the caller has asked left().
    dns::Wire take(std::size_t count) {
        at += count;
        return wire.subspan(at - count, count);
    }
    // Whether the end of the RDATA, or of what can be seen of it, is reached.
    bool done(const TextBuffer& text) {
        if (text.size() > enough) at = wire.size();
        return at_end();
    }
    // As much of `bytes` as can be seen when each octet becomes one character or more.
    [[nodiscard]] dns::Wire visible(dns::Wire bytes, const TextBuffer& text) const {
        const std::size_t room = text.size() > enough ? 0 : enough - text.size();
        return bytes.size() > room ? bytes.first(room + 1) : bytes;
    }
    dns::Wire take_visible(const TextBuffer& text) { return visible(take(left()), text); }
};

// Appends the field at the cursor and moves it on. False when it does not parse; what was appended is then
// for the caller to take back.
bool append_field(TextBuffer&, Field, RdataCursor&, NameEnd);

// Those that are languages of their own. `location` is all the octets; false as above.
bool append_service_params(TextBuffer&, RdataCursor&);
bool append_location(TextBuffer&, dns::Wire location);
bool append_ipseckey(TextBuffer&, RdataCursor&, NameEnd);
bool append_amtrelay(TextBuffer&, RdataCursor&, NameEnd);
bool append_host_identity(TextBuffer&, RdataCursor&, NameEnd);
bool append_prefixes(TextBuffer&, RdataCursor&);
bool append_type_bitmap(TextBuffer&, RdataCursor&);
bool append_old_type_bitmap(TextBuffer&, RdataCursor&);
bool append_ports(TextBuffer&, RdataCursor&);
bool append_nsap(TextBuffer&, RdataCursor&);
bool append_atm_address(TextBuffer&, RdataCursor&);
bool append_a6(TextBuffer&, RdataCursor&, NameEnd);

}  // namespace tapferry
