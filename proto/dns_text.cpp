#include "proto/dns_text.h"

#include <algorithm>
#include <bit>

#include "proto/byte_vector.h"
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
    using Octets = ByteVector<16>;
    using Halves [[gnu::vector_size(16)]] = std::uint64_t;
    const auto big_endian = [](std::uint64_t half) {
        return std::endian::native == std::endian::little ? __builtin_bswap64(half) : half;
    };
    const auto octets = Octets(Halves{big_endian(id.incarnation), big_endian(id.sequence)});
    const Octets high = octets >> 4, low = octets & 0x0F;
    const Octets nibbles[2] = {
        __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)};
    for (const Octets& sixteen : nibbles) {
        const Octets digits = sixteen + '0' + (Octets(sixteen > 9) & ('a' - '9' - 1));
        std::memcpy(out, &digits, sizeof digits);
        out += sizeof digits;
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
