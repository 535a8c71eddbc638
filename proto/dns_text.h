// DNS in presentation form, by the one rule for all outputs: names in lower case with every byte outside
// [a-z0-9-_*/+:~] as \DDD, character strings quoted with \DDD, opaque bytes as printable ASCII with \DDD (RFC
// 1035, section 5.1; RFC 3597 for unknown types). Everything written is printable ASCII, 0x20 to 0x7E,
// whatever came in. Escaping for a format's own syntax is the encoder's.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

enum class NameEnd : std::uint8_t { plain, trailing_dot };  // the root is "." in both

inline constexpr std::size_t max_opaque_text = 255;  // characters

// The name at `offset` of `wire`. False, with nothing appended, when it is not a sound name (RFC 9267).
bool append_name(TextBuffer&, dns::Wire wire, std::size_t offset, NameEnd = NameEnd::plain);

// RDATA of a record of `wire` in the presentation form of its type's RFC; RFC 3597's "\# length hex" for
// types without one and for RDATA that does not parse. At most `max` characters, cut between escapes. Returns
// whether it was cut.
bool append_rdata(TextBuffer&, dns::Wire wire, const dns::ResourceRecord&, NameEnd = NameEnd::plain,
                  std::size_t max = 2048);

// "<character-string>" of RFC 1035 in double quotes.
void append_character_string(TextBuffer&, std::string_view bytes);
// Identity, version, extra, NSID and other bytes that are nobody's text; at most `max` characters, cut
// between escapes.
void append_opaque(TextBuffer&, std::string_view bytes, std::size_t max = max_opaque_text);

// Mnemonics of the IANA registries; numbers without one as TYPE65280, CLASS42, RCODE24, OPCODE7 (RFC 3597 for
// the first two).
void append_type(TextBuffer&, std::uint16_t type);
void append_class(TextBuffer&, std::uint16_t rclass);
void append_rcode(TextBuffer&, std::uint16_t rcode);
void append_opcode(TextBuffer&, std::uint8_t opcode);
// "CLIENT_RESPONSE"; an unknown type as "TYPE15", an absent one as "UNKNOWN".
void append_message_type(TextBuffer&, const Event&);
// "CR"; an unknown type as "??".
std::string_view message_type_short(MessageType);
std::string_view message_type_name(MessageType);  // empty for unknown
// "UDP", "TCP", "DOT", "DOH", "DNSCryptUDP", "DNSCryptTCP", "DOQ"; empty for unknown.
std::string_view socket_protocol_name(SocketProtocol);
std::string_view http_protocol_name(HttpProtocol);  // "HTTP1" …; empty for unknown
std::string_view policy_action_name(PolicyAction);  // "NXDOMAIN" …; likewise
std::string_view policy_match_name(PolicyMatch);    // "QNAME" …; likewise

// Dotted quad, or RFC 5952. Nothing for an absent address.
void append_address(TextBuffer&, const IpAddress&);
void append_decimal(TextBuffer&, std::uint64_t);
void append_hex(TextBuffer&, std::span<const std::uint8_t>);
void append_event_id(TextBuffer&,
                     const EventId&);  // 32 lower-case hex digits; "-g" behind them for its letter, if any
// RFC 3339 in UTC: 2026-11-20T21:23:42.143733Z. `digits` of the fraction: 0 to 9. Years 0000 to 9999.
void append_rfc3339(TextBuffer&, const Timestamp&, unsigned digits);
// 1795209822.143733: Unix seconds with `digits` of the fraction, 0 to 9.
void append_unix_time(TextBuffer&, const Timestamp&, unsigned digits);

}  // namespace tapferry
