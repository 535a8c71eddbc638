#include "encoders/aggregate/row_digest.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace tapferry {
namespace {

constexpr std::size_t block_size = 64;
constexpr std::uint32_t digest_bytes = 16;

using State = std::array<std::uint32_t, 8>;

constexpr State initial = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                           0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

// RFC 7693, section 2.7.
constexpr std::uint8_t order[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                        {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                        {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                        {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                        {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                        {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

std::uint32_t little_endian(const std::uint8_t* at) {
    return static_cast<std::uint32_t>(at[0] | at[1] << 8 | at[2] << 16) | static_cast<std::uint32_t>(at[3])
                                                                              << 24;
}

// RFC 7693, section 3.2. `taken`: bytes of all blocks so far.
void compress(State& state, const std::uint8_t* block, std::uint64_t taken, bool last) {
    std::uint32_t words[16];
    for (std::size_t i = 0; i < 16; ++i) words[i] = little_endian(block + 4 * i);
    std::uint32_t v[16];
    for (std::size_t i = 0; i < 8; ++i) v[i] = state[i], v[i + 8] = initial[i];
    v[12] ^= static_cast<std::uint32_t>(taken);
    v[13] ^= static_cast<std::uint32_t>(taken >> 32);
    if (last) v[14] = ~v[14];
    const auto mix = [&v](std::size_t a, std::size_t b, std::size_t c, std::size_t d, std::uint32_t x,
                          std::uint32_t y) {
        v[a] += v[b] + x, v[d] = std::rotr(v[d] ^ v[a], 16);
        v[c] += v[d], v[b] = std::rotr(v[b] ^ v[c], 12);
        v[a] += v[b] + y, v[d] = std::rotr(v[d] ^ v[a], 8);
        v[c] += v[d], v[b] = std::rotr(v[b] ^ v[c], 7);
    };
    for (const auto& s : order) {
        for (std::size_t i = 0; i < 4; ++i)
            mix(i, i + 4, i + 8, i + 12, words[s[2 * i]], words[s[2 * i + 1]]);
        for (std::size_t i = 0; i < 4; ++i)
            mix(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, words[s[8 + 2 * i]],
                words[s[9 + 2 * i]]);
    }
    for (std::size_t i = 0; i < 8; ++i) state[i] ^= v[i] ^ v[i + 8];
}

// Four bytes each, in the order in which the digest is written as hex.
std::uint64_t digest_half(std::uint32_t first, std::uint32_t second) {
    return static_cast<std::uint64_t>(__builtin_bswap32(first)) << 32 | __builtin_bswap32(second);
}

}  // namespace

RowDigest row_digest(std::string_view key) {
    State state = initial;
    state[0] ^= 0x01010000U ^ digest_bytes;
    std::uint64_t taken = 0;
    std::uint8_t block[block_size];
    for (; key.size() > block_size; key.remove_prefix(block_size)) {
        std::memcpy(block, key.data(), block_size);
        taken += block_size;
        compress(state, block, taken, false);
    }
    std::memset(block, 0, block_size);
    if (!key.empty()) std::memcpy(block, key.data(), key.size());
    compress(state, block, taken + key.size(), true);
    return {digest_half(state[0], state[1]), digest_half(state[2], state[3])};
}

}  // namespace tapferry
