#include <algorithm>
#include <array>

#include "proto/escape.h"
#include "proto/rdata_fields.h"
#include "proto/record_types.h"

namespace tapferry {
namespace {

constexpr std::size_t most_fields = 9;

// What a type's RDATA is made of, field after field to its end, by the RFC that defines it.
struct Layout {
    std::uint16_t type;
    std::array<Field, most_fields> fields;
};

using enum Field;
constexpr Layout layouts[] = {
    {0, {}},                                                                       // no presentation form
    {1, {a}},                                                                      // A
    {2, {name}},                                                                   // NS
    {3, {name}},                                                                   // MD
    {4, {name}},                                                                   // MF
    {5, {name}},                                                                   // CNAME
    {6, {name, name, u32, u32, u32, u32, u32}},                                    // SOA
    {7, {name}},                                                                   // MB
    {8, {name}},                                                                   // MG
    {9, {name}},                                                                   // MR
    {11, {a, u8, ports}},                                                          // WKS
    {12, {name}},                                                                  // PTR
    {13, {string, string}},                                                        // HINFO
    {14, {name, name}},                                                            // MINFO
    {15, {u16, name}},                                                             // MX
    {16, {strings}},                                                               // TXT
    {17, {name, name}},                                                            // RP
    {18, {u16, name}},                                                             // AFSDB
    {19, {string}},                                                                // X25
    {20, {string, optional_string}},                                               // ISDN
    {21, {u16, name}},                                                             // RT
    {22, {nsap}},                                                                  // NSAP
    {23, {name}},                                                                  // NSAP-PTR
    {24, {type, u8, u8, u32, signature_time, signature_time, u16, name, base64}},  // SIG
    {25, {u16, u8, u8, optional_base64}},                                          // KEY
    {26, {u16, name, name}},                                                       // PX
    {27, {string, string, string}},                                                // GPOS
    {28, {aaaa}},                                                                  // AAAA
    {29, {location}},                                                              // LOC
    {30, {name, old_type_bitmap}},                                                 // NXT
    {31, {hex}},                                                                   // EID
    {32, {hex}},                                                                   // NIMLOC
    {33, {u16, u16, u16, name}},                                                   // SRV
    {34, {atm_address}},                                                           // ATMA
    {35, {u16, u16, string, string, string, name}},                                // NAPTR
    {36, {u16, plain_name}},                                                       // KX
    {37, {u16, u16, u8, base64}},                                                  // CERT
    {38, {a6}},                                                                    // A6
    {39, {plain_name}},                                                            // DNAME
    {40, {u8, u8, u8, optional_base64}},                                           // SINK
    {42, {prefixes}},                                                              // APL
    {43, {u16, u8, u8, hex}},                                                      // DS
    {44, {u8, u8, hex}},                                                           // SSHFP
    {45, {ipseckey}},                                                              // IPSECKEY
    {46, {type, u8, u8, u32, signature_time, signature_time, u16, plain_name, base64}},  // RRSIG
    {47, {plain_name, type_bitmap}},                                                     // NSEC
    {48, {u16, u8, u8, base64}},                                                         // DNSKEY
    {49, {base64}},                                                                      // DHCID
    {50, {u8, u8, u16, salt, hash, type_bitmap}},                                        // NSEC3
    {51, {u8, u8, u16, salt}},                                                           // NSEC3PARAM
    {52, {u8, u8, u8, hex}},                                                             // TLSA
    {53, {u8, u8, u8, hex}},                                                             // SMIMEA
    {55, {host_identity}},                                                               // HIP
    {56, {strings}},                                                                     // NINFO
    {57, {u16, u8, u8, base64}},                                                         // RKEY
    {58, {plain_name, plain_name}},                                                      // TALINK
    {59, {u16, u8, u8, hex}},                                                            // CDS
    {60, {u16, u8, u8, base64}},                                                         // CDNSKEY
    {61, {base64}},                                                                      // OPENPGPKEY
    {62, {u32, u16, type_bitmap}},                                                       // CSYNC
    {63, {u32, u8, u8, hex}},                                                            // ZONEMD
    {64, {u16, plain_name, service_params}},                                             // SVCB
    {65, {u16, plain_name, service_params}},                                             // HTTPS
    {66, {type, notify_scheme, u16, plain_name}},                                        // DSYNC
    {67, {base64}},                                                                      // HHIT
    {68, {base64}},                                                                      // BRID
    {99, {strings}},                                                                     // SPF
    {104, {u16, locator}},                                                               // NID
    {105, {u16, a}},                                                                     // L32
    {106, {u16, locator}},                                                               // L64
    {107, {u16, plain_name}},                                                            // LP
    {108, {eui48}},                                                                      // EUI48
    {109, {eui64}},                                                                      // EUI64
    {250, {plain_name, u48, u16, counted_base64, u16, tsig_error, counted_base64}},      // TSIG
    {256, {u16, u16, long_string}},                                                      // URI
    {257, {u8, tag, long_string}},                                                       // CAA
    {258, {strings}},                                                                    // AVC
    {259, {u32, u32, u8, string, base64_or_dash}},                                       // DOA
    {260, {amtrelay}},                                                                   // AMTRELAY
    {261, {strings}},                                                                    // RESINFO
    {262, {strings}},                                                                    // WALLET
    {263, {strings}},                                                                    // CLA
    {264, {u64}},                                                                        // IPN
    {32768, {u16, u8, u8, hex}},                                                         // TA
    {32769, {u16, u8, u8, hex}},                                                         // DLV
};

constexpr std::size_t index_size = 265;
constexpr std::array<std::uint8_t, index_size> make_index() {
    std::array<std::uint8_t, index_size> index{};
    for (std::size_t i = 0; i < std::size(layouts); ++i) {
        if (layouts[i].type < index_size) index[layouts[i].type] = static_cast<std::uint8_t>(i);
    }
    return index;
}
constexpr auto layout_index = make_index();

const Layout& layout_of(const dns::ResourceRecord& record) {
    // An address of Chaosnet is a name and an octal number (RFC 1035 knows no text for it).
    if (record.type == dns::type_a && record.rclass == dns::class_chaos) return layouts[0];
    if (record.type < index_size) return layouts[layout_index[record.type]];
    const auto* found = std::ranges::find(layouts, record.type, &Layout::type);
    return found != std::end(layouts) ? *found : layouts[0];
}

// False when the RDATA is not what its type says: too short, too long or with an unsound field, as far as it
// can be seen.
bool append_fields(TextBuffer& text, const Layout& layout, RdataCursor cursor, NameEnd name_end) {
    if (layout.fields[0] == none) return false;
    for (std::size_t i = 0; i < most_fields && layout.fields[i] != none; ++i) {
        const std::size_t before = text.size();
        if (i != 0) text.push_back(' ');
        const std::size_t begin = text.size();
        if (!append_field(text, layout.fields[i], cursor, name_end)) return false;
        if (text.size() == begin) text.truncate(before);
    }
    return cursor.done(text);
}

// RFC 3597, section 5. Bytes that cannot fit into `max` characters are not written at all.
void append_unknown(TextBuffer& text, dns::Wire rdata, std::size_t max) {
    text.append("\\# ");
    append_decimal(text, rdata.size());
    if (rdata.empty()) return;
    text.push_back(' ');
    append_hex(text, rdata.first(std::min(rdata.size(), max)));
}

}  // namespace

bool append_rdata(TextBuffer& text, dns::Wire wire, const dns::ResourceRecord& record, NameEnd name_end,
                  std::size_t max) {
    const std::size_t begin = text.size();
    const dns::Wire upto_end = wire.first(std::size_t{record.rdata} + record.rdata_length);
    // A field that is still empty behind its separator may yet have something to show.
    const std::size_t enough = begin + max + 1;
    if (!append_fields(text, layout_of(record), {upto_end, record.rdata, enough}, name_end)) {
        text.truncate(begin);
        append_unknown(text, upto_end.subspan(record.rdata), max);
    }
    const std::size_t whole = text.size() - begin;
    if (whole <= max) return false;
    text.truncate(begin + whole_escapes(text.view(begin), max));
    return true;
}

}  // namespace tapferry
