#include "proto/dns_text.h"

#include <algorithm>

#include "proto/digits.h"
#include "proto/escape.h"
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

void append_decimal(TextBuffer& text, std::uint64_t value) {
    constexpr std::size_t most_digits = 20;
    char digits[most_digits];
    char* const end = digits + most_digits;
    char* first = end;
    while (value >= 100) {
        first -= 2;
        write_pair(first, static_cast<unsigned>(value % 100));
        value /= 100;
    }
    if (value >= 10) {
        first -= 2;
        write_pair(first, static_cast<unsigned>(value));
    } else {
        *--first = static_cast<char>('0' + value);
    }
    text.append({first, static_cast<std::size_t>(end - first)});
}

void append_hex(TextBuffer& text, std::span<const std::uint8_t> bytes) {
    char* out = text.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) out = write_hex(out, byte);
    text.commit(2 * bytes.size());
}

void append_event_id(TextBuffer& text, const EventId& id) {
    char* out = text.reserve(32);
    for (const std::uint64_t half : {id.incarnation, id.sequence}) {
        for (int shift = 56; shift >= 0; shift -= 8)
            out = write_hex(out, static_cast<std::uint8_t>(half >> shift));
    }
    text.commit(32);
}

}  // namespace tapferry
