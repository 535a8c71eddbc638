// Sorts of characters, without a locale.
#pragma once

namespace tapferry {

constexpr bool is_printable(char c) {
    return c >= 0x20 && c <= 0x7E;
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alphanumeric(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace tapferry
