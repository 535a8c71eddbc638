// A DNS message as `dig` prints it: header, EDNS, and the records of each section in columns. Names are in
// the one canonical form of all outputs, so it can differ from dig's in case and escapes; columns are parted
// by spaces only. Used by the formats dig and yaml.
#pragma once

#include <cstddef>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

// Every line behind `margin` and with its end; nothing for an event without a message. About `room` bytes at
// most: what is left out is told in a line of its own.
bool append_dig_text(TextBuffer& out, const Event& event, std::string_view margin, std::size_t room);

// What the sections of a message are called: those of an update have names of their own (RFC 2136).
struct SectionNames {
    std::string_view question, answer, authority, additional;
};
const SectionNames& section_names(const dns::Message& message);  // "QUESTION", "ANSWER" …
const SectionNames& count_names(const dns::Message& message);    // in the header: "PREREQ" for "PREREQUISITE"

// The name that dnstap-read has for an EDNS option: "KEY-TAG", "OPT=65001".
void append_option_name(TextBuffer& out, std::uint16_t code);
// What it holds: numbers where they are known, else octets in hex and as text, at most max_option_bytes of
// them. Nothing for nothing.
void append_option_value(TextBuffer& out, std::uint16_t code, dns::Wire octets);
// "15 (Blocked)" of IANA's registry; the number alone when it has no name.
void append_extended_error_code(TextBuffer& out, std::uint16_t code);
// "6e 73 31 (\"ns1\")"
void append_bytes_for_people(TextBuffer& out, std::string_view bytes);
// "qr aa tc rd ra ad cd": those that are set, each with a space before it.
void append_lower_flags(TextBuffer& out, const dns::Message& message);
// Those of EDNS that have a name, a space before each, and those that must be 0 as four hex digits.
void append_edns_flags(TextBuffer& out, const dns::Edns& edns);
void append_reserved_flags(TextBuffer& out, std::uint16_t flags);
// Whether RDATA is to be shown, were it empty: "\# 0".
bool has_rdata(const dns::ResourceRecord& record, const dns::Message& message);

// A record that signs the whole message: TSIG (RFC 8945), SIG(0) (RFC 2931). Shown behind the sections.
bool is_tsig(const dns::ResourceRecord& record);
bool is_sig0(const dns::ResourceRecord& record);
bool is_of_section(const dns::ResourceRecord& record);  // neither of them

}  // namespace tapferry
