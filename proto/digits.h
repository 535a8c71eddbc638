// Decimal and hexadecimal digits by table, and the pieces of text made of them alone. Each writer returns the
// end of what it wrote.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tapferry {

using DigitPair = std::array<char, 2>;

constexpr std::array<DigitPair, 100> make_decimal_pairs() {
    std::array<DigitPair, 100> table{};
    for (unsigned i = 0; i < 100; ++i)
        table[i] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
    return table;
}
inline constexpr std::array<DigitPair, 100> decimal_pairs = make_decimal_pairs();

inline constexpr char hex_digits[] = "0123456789abcdef";

constexpr std::array<DigitPair, 256> make_hex_pairs() {
    std::array<DigitPair, 256> table{};
    for (unsigned i = 0; i < 256; ++i) table[i] = {hex_digits[i >> 4], hex_digits[i & 0x0F]};
    return table;
}
inline constexpr std::array<DigitPair, 256> hex_pairs = make_hex_pairs();

// 0 to 99, always two characters.
inline char* write_pair(char* out, unsigned value) {
    std::memcpy(out, decimal_pairs[value].data(), 2);
    return out + 2;
}

// 0 to 9999, always four characters.
inline char* write_four(char* out, unsigned value) {
    return write_pair(write_pair(out, value / 100), value % 100);
}

// 0 to 9999, as many characters as it needs.
inline char* write_small(char* out, unsigned value) {
    if (value >= 100) {
        if (value >= 1000) return write_four(out, value);
        *out = static_cast<char>('0' + value / 100);
        return write_pair(out + 1, value % 100);
    }
    if (value >= 10) return write_pair(out, value);
    *out = static_cast<char>('0' + value);
    return out + 1;
}

// As many characters as it needs, 20 at most.
char* write_large(char* out, std::uint64_t value);
inline char* write_decimal(char* out, std::uint64_t value) {
    return value < 10'000 ? write_small(out, static_cast<unsigned>(value)) : write_large(out, value);
}

// Two characters.
inline char* write_hex(char* out, std::uint8_t value) {
    std::memcpy(out, hex_pairs[value].data(), 2);
    return out + 2;
}

struct Decimal {
    static constexpr std::size_t room = 20;
    std::uint64_t value;
    char* write(char* out) const { return write_decimal(out, value); }
};

}  // namespace tapferry
