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
    signature_time,  // u32 as YYYYMMDDHHmmSS
    type,            // u16 as mnemonic
    a,
    aaaa,
    string,       // one <character-string>
    strings,      // one or more, to the end
    tag,          // length octet, letters and digits (RFC 8659, section 4.1)
    long_string,  // quoted, to the end
    hex,          // one octet or more, to the end
    base64,       // likewise
    eui48,        // 00-00-5e-00-53-2a (RFC 7043)
    eui64,
    locator,         // 64 bits as four groups (RFC 6742)
    salt,            // length octet, hex or "-" (RFC 5155, section 3.3)
    hash,            // length octet, base32hex without padding (likewise)
    type_bitmap,     // RFC 4034, section 4.1.2, to the end
    location,        // RFC 1876
    service_params,  // RFC 9460, section 2.1, to the end
    ipseckey,        // RFC 4025, section 2.1, to the end
    amtrelay,        // RFC 8777, section 4.2
    host_identity,   // RFC 8005, section 5, to the end
    prefixes,        // RFC 3123, section 4, to the end
};

// The reading place in the RDATA. `wire` is the message cut off behind the RDATA, so that nothing reads on.
struct RdataCursor {
    dns::Wire wire;
    std::size_t at = 0;

    [[nodiscard]] dns::Wire rest() const { return wire.subspan(at); }
    [[nodiscard]] std::size_t left() const { return wire.size() - at; }
    [[nodiscard]] bool at_end() const { return at == wire.size(); }
    // The next `count` octets; the caller has asked left().
    dns::Wire take(std::size_t count) {
        at += count;
        return wire.subspan(at - count, count);
    }
};

// Appends the field at the cursor and moves it on. False when it does not parse; what was appended is then
// for the caller to take back.
bool append_field(TextBuffer&, Field, RdataCursor&, NameEnd);

// Those that are languages of their own. `params` and `location` are all the octets; false as above.
bool append_service_params(TextBuffer&, dns::Wire params);
bool append_location(TextBuffer&, dns::Wire location);
bool append_ipseckey(TextBuffer&, RdataCursor&, NameEnd);
bool append_amtrelay(TextBuffer&, RdataCursor&, NameEnd);
bool append_host_identity(TextBuffer&, RdataCursor&, NameEnd);
bool append_prefixes(TextBuffer&, RdataCursor&);

}  // namespace tapferry
