// The three alphabets of DNS text and the one way to write what lies outside them: \DDD, three decimal
// digits. Used within proto/ only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "proto/characters.h"

namespace tapferry {

// What an octet is written as; NUL: as \DDD.
using Alphabet = std::array<char, 256>;

constexpr Alphabet make_name_alphabet() {
    Alphabet table{};
    for (unsigned c = 0; c < 256; ++c) {
        if (is_alphanumeric(static_cast<char>(c))) table[c] = to_lower(static_cast<char>(c));
    }
    for (const char c : std::string_view("-_*/+:~")) table[static_cast<unsigned char>(c)] = c;
    return table;
}

constexpr Alphabet make_printable_alphabet(std::string_view except) {
    Alphabet table{};
    for (unsigned c = 0x20; c <= 0x7E; ++c) table[c] = static_cast<char>(c);
    for (const char c : except) table[static_cast<unsigned char>(c)] = 0;
    return table;
}

inline constexpr Alphabet name_alphabet = make_name_alphabet();
// Of character strings: they stand in columns that "|" parts (passivedns), and their quotes end them. Opaque
// bytes stand in no such column.
inline constexpr Alphabet string_alphabet = make_printable_alphabet("\"\\|");
inline constexpr Alphabet opaque_alphabet = make_printable_alphabet("\\");

using Escape = std::array<char, 4>;
constexpr std::array<Escape, 256> make_escapes() {
    std::array<Escape, 256> table{};
    for (unsigned c = 0; c < 256; ++c) {
        table[c] = {'\\', static_cast<char>('0' + c / 100), static_cast<char>('0' + c / 10 % 10),
                    static_cast<char>('0' + c % 10)};
    }
    return table;
}
inline constexpr std::array<Escape, 256> escapes = make_escapes();

// Writes up to 4 characters for each octet; returns the end of what was written.
inline char* escape_bytes(char* out, const std::uint8_t* bytes, std::size_t count, const Alphabet& alphabet) {
#pragma GCC unroll 4
    for (const std::uint8_t* const end = bytes + count; bytes != end; ++bytes) {
        const char plain = alphabet[*bytes];
        if (plain != 0) [[likely]] {
            *out++ = plain;
        } else {
            std::memcpy(out, escapes[*bytes].data(), sizeof(Escape));
            out += sizeof(Escape);
        }
    }
    return out;
}

// How much of text made by escape_bytes() fits into `max` characters without cutting an escape in two.
inline std::size_t whole_escapes(std::string_view text, std::size_t max) {
    if (text.size() <= max) return text.size();
    for (std::size_t back = 1; back < sizeof(Escape) && back <= max; ++back) {
        if (text[max - back] == '\\') return max - back;
    }
    return max;
}

}  // namespace tapferry
