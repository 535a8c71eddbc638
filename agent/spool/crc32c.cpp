#include "agent/spool/crc32c.h"

#include <array>

#include "agent/spool/little_endian.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace tapferry {
namespace {

// Eight tables, so that eight bytes are one step: table k holds the CRC of a byte followed by k zero bytes.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
    constexpr std::uint32_t reflected_polynomial = 0x82f63b78;
    Tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? reflected_polynomial : 0);
        tables[0][byte] = crc;
    }
    for (std::size_t k = 1; k < tables.size(); ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
        }
    }
    return tables;
}

constexpr Tables tables = make_tables();

// All versions take and give the register as it is inside, without the inversions.
std::uint32_t update_by_table(std::uint32_t crc, const std::uint8_t* at, std::size_t length) {
    for (; length >= 8; at += 8, length -= 8) {
        const std::uint64_t word = load_le<std::uint64_t>(at) ^ crc;
        crc = 0;
        for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xff];
    }
    for (; length > 0; ++at, --length) crc = (crc >> 8) ^ tables[0][(crc ^ *at) & 0xff];
    return crc;
}

#if defined(__x86_64__) || defined(__aarch64__)

// The instruction takes three cycles, and another can begin in each: three stretches of this length go side
// by side, and their registers are put together.
constexpr std::size_t stretch = 512;

// What a register becomes over a stretch of zeros, byte by byte of the register.
using ZeroTables = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr std::uint32_t over_zeros(std::uint32_t crc) {
    for (std::size_t i = 0; i < stretch; ++i) crc = (crc >> 8) ^ tables[0][crc & 0xff];
    return crc;
}

constexpr ZeroTables make_zero_tables() {
    ZeroTables zeros{};
    for (std::size_t k = 0; k < zeros.size(); ++k) {
        for (std::size_t bit = 0; bit < 8; ++bit) {
            const std::uint32_t after = over_zeros(std::uint32_t{1} << (8 * k + bit));
            for (std::size_t byte = 0; byte < 256; ++byte) {
                if ((byte >> bit & 1) != 0) zeros[k][byte] ^= after;
            }
        }
    }
    return zeros;
}

constexpr ZeroTables zero_tables = make_zero_tables();

#if defined(__x86_64__)

#define TAPFERRY_TARGET_CRC __attribute__((target("sse4.2")))

TAPFERRY_TARGET_CRC inline std::uint32_t step(std::uint32_t crc, std::uint64_t word) {
    return static_cast<std::uint32_t>(_mm_crc32_u64(crc, word));
}
TAPFERRY_TARGET_CRC inline std::uint32_t step(std::uint32_t crc, std::uint8_t byte) {
    return _mm_crc32_u8(crc, byte);
}

bool has_instruction() {
    return __builtin_cpu_supports("sse4.2") != 0;
}

#else

#if defined(__clang__)
#define TAPFERRY_TARGET_CRC __attribute__((target("crc")))
#else
#define TAPFERRY_TARGET_CRC __attribute__((target("+crc")))
#endif

TAPFERRY_TARGET_CRC inline std::uint32_t step(std::uint32_t crc, std::uint64_t word) {
    return __crc32cd(crc, word);
}
TAPFERRY_TARGET_CRC inline std::uint32_t step(std::uint32_t crc, std::uint8_t byte) {
    return __crc32cb(crc, byte);
}

bool has_instruction() {
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}

#endif

std::uint32_t behind_a_stretch(std::uint32_t crc) {
    return zero_tables[0][crc & 0xff] ^ zero_tables[1][crc >> 8 & 0xff] ^ zero_tables[2][crc >> 16 & 0xff] ^
           zero_tables[3][crc >> 24];
}

TAPFERRY_TARGET_CRC std::uint32_t update_by_instruction(std::uint32_t crc, const std::uint8_t* at,
                                                        std::size_t length) {
    for (; length >= 3 * stretch; at += 3 * stretch, length -= 3 * stretch) {
        std::uint32_t second = 0;
        std::uint32_t third = 0;
        for (std::size_t i = 0; i < stretch; i += 8) {
            crc = step(crc, load_le<std::uint64_t>(at + i));
            second = step(second, load_le<std::uint64_t>(at + stretch + i));
            third = step(third, load_le<std::uint64_t>(at + 2 * stretch + i));
        }
        crc = behind_a_stretch(behind_a_stretch(crc) ^ second) ^ third;
    }
    for (; length >= 8; at += 8, length -= 8) crc = step(crc, load_le<std::uint64_t>(at));
    for (; length > 0; ++at, --length) crc = step(crc, *at);
    return crc;
}

#else

std::uint32_t update_by_instruction(std::uint32_t crc, const std::uint8_t* at, std::size_t length) {
    return update_by_table(crc, at, length);
}

bool has_instruction() {
    return false;
}

#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::uint8_t> bytes) {
    static const bool instruction = has_instruction();
    const auto update = instruction ? update_by_instruction : update_by_table;
    return ~update(~0u, bytes.data(), bytes.size());
}

std::uint32_t crc32c_by_table(std::span<const std::uint8_t> bytes) {
    return ~update_by_table(~0u, bytes.data(), bytes.size());
}

}  // namespace tapferry
