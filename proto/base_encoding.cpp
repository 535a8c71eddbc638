#include "proto/base_encoding.h"

namespace tapferry {
namespace {

constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char base32hex_digits[] = "0123456789abcdefghijklmnopqrstuv";

// Digits of `bits` bits each; the last is filled up with zero bits.
char* write_digits(char* out, dns::Wire bytes, unsigned bits, const char* digits) {
    const unsigned mask = (1u << bits) - 1;
    unsigned held = 0;
    unsigned held_bits = 0;
    for (const std::uint8_t byte : bytes) {
        held = held << 8 | byte;
        held_bits += 8;
        while (held_bits >= bits) {
            held_bits -= bits;
            *out++ = digits[held >> held_bits & mask];
        }
        held &= mask;
    }
    if (held_bits != 0) *out++ = digits[held << (bits - held_bits) & mask];
    return out;
}

}  // namespace

void append_base64(TextBuffer& text, dns::Wire bytes) {
    const std::size_t padded = (bytes.size() + 2) / 3 * 4;
    char* const begin = text.reserve(padded);
    char* out = begin;
    const std::uint8_t* three = bytes.data();
    for (std::size_t left = bytes.size() / 3; left != 0; --left, three += 3, out += 4) {
        out[0] = base64_digits[three[0] >> 2];
        out[1] = base64_digits[(three[0] << 4 | three[1] >> 4) & 63];
        out[2] = base64_digits[(three[1] << 2 | three[2] >> 6) & 63];
        out[3] = base64_digits[three[2] & 63];
    }
    out = write_digits(out, bytes.last(bytes.size() % 3), 6, base64_digits);
    while (out != begin + padded) *out++ = '=';
    text.commit(padded);
}

void append_base32hex(TextBuffer& text, dns::Wire bytes) {
    char* const begin = text.reserve((bytes.size() * 8 + 4) / 5);
    text.commit(static_cast<std::size_t>(write_digits(begin, bytes, 5, base32hex_digits) - begin));
}

}  // namespace tapferry
