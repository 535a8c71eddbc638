#include "proto/dns_text.h"

#include <algorithm>

#include "proto/digits.h"
#include "proto/escape.h"
#include "proto/text_pieces.h"
#include "proto/wire_bytes.h"

namespace tapferry {

void append_character_string(TextBuffer& text, std::string_view bytes) {
    char* const begin = text.reserve(4 * bytes.size() + 2);
    char* out = begin;
    *out++ = '"';
    out = escape_bytes(out, dns::as_wire(bytes).data(), bytes.size(), string_alphabet);
    *out++ = '"';
    text.commit(static_cast<std::size_t>(out - begin));
}

void append_opaque(TextBuffer& text, std::string_view bytes, std::size_t max) {
    const std::size_t count = std::min(bytes.size(), max);
    char* const begin = text.reserve(4 * count);
    char* const end = escape_bytes(begin, dns::as_wire(bytes).data(), count, opaque_alphabet);
    text.commit(whole_escapes({begin, static_cast<std::size_t>(end - begin)}, max));
}

char* write_large(char* out, std::uint64_t value) {
    const std::uint64_t high = value / 10'000;
    return write_four(write_decimal(out, high), static_cast<unsigned>(value % 10'000));
}

void append_decimal(TextBuffer& text, std::uint64_t value) {
    text.append(Decimal{value});
}

void append_hex(TextBuffer& text, std::span<const std::uint8_t> bytes) {
    char* out = text.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) out = write_hex(out, byte);
    text.commit(2 * bytes.size());
}

char* EventIdText::write(char* out) const {
    for (const std::uint64_t half : {id.incarnation, id.sequence}) {
#pragma GCC unroll 8
        for (unsigned octet = 0; octet < sizeof half; ++octet) {
            write_hex(out + 2 * octet, static_cast<std::uint8_t>(half >> (56 - 8 * octet)));
        }
        out += 2 * sizeof half;
    }
    if (id.letter != 0) {
        *out++ = '-';
        *out++ = id.letter;
    }
    return out;
}

void append_event_id(TextBuffer& text, const EventId& id) {
    text.append(EventIdText{id});
}

}  // namespace tapferry
