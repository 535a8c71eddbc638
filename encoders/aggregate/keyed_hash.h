// SipHash (Aumasson and Bernstein, 2012): hashes bytes under a key. Under a secret one nobody can make names
// that fall on each other in a table. Used by the tables of encoders that aggregate; other tables draw their
// secrets here.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tapferry {

struct HashKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    // Another one at each call, that nobody knows.
    static HashKey secret();
};

// `compression` rounds for each eight bytes, `finish` rounds at the end. 1 and 3 are enough for tables.
template <int compression = 1, int finish = 3>
std::uint64_t sip_hash(const HashKey& key, std::string_view bytes) {
    std::uint64_t a = key.first ^ 0x736F6D6570736575;
    std::uint64_t b = key.second ^ 0x646F72616E646F6D;
    std::uint64_t c = key.first ^ 0x6C7967656E657261;
    std::uint64_t d = key.second ^ 0x7465646279746573;
    const auto rounds = [&](int count) {
        for (; count > 0; --count) {
            a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
            c += d, d = std::rotl(d, 16) ^ c;
            a += d, d = std::rotl(d, 21) ^ a;
            c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
        }
    };
    const auto take = [&](std::uint64_t word) {
        d ^= word;
        rounds(compression);
        a ^= word;
    };
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (std::uint64_t word = 0; left >= sizeof word; left -= sizeof word, at += sizeof word) {
        std::memcpy(&word, at, sizeof word);
        take(word);
    }
    std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
    for (std::size_t i = 0; i < left; ++i)
        last |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    take(last);
    c ^= 0xFF;
    rounds(finish);
    return a ^ b ^ c ^ d;
}

}  // namespace tapferry
