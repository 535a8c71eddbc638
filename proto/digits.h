// Decimal and hexadecimal digits by table. Used within proto/ only.
#pragma once

#include <array>
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

// 0 to 99, always two characters.
inline char* write_pair(char* out, unsigned value) {
    std::memcpy(out, decimal_pairs[value].data(), 2);
    return out + 2;
}

// 0 to 255, as many characters as it needs.
inline char* write_octet(char* out, unsigned value) {
    if (value >= 100) {
        *out++ = static_cast<char>('0' + value / 100);
        return write_pair(out, value % 100);
    }
    if (value >= 10) return write_pair(out, value);
    *out++ = static_cast<char>('0' + value);
    return out;
}

// Two characters.
inline char* write_hex(char* out, std::uint8_t value) {
    *out++ = hex_digits[value >> 4];
    *out++ = hex_digits[value & 0x0F];
    return out;
}

}  // namespace tapferry
