// Integers as the spool's files hold them: little-endian, at any alignment. The caller answers for the
// bounds.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace tapferry {

static_assert(std::endian::native == std::endian::little, "the spool's files are little-endian");

template <std::unsigned_integral T>
[[nodiscard]] inline T load_le(const std::uint8_t* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <std::unsigned_integral T>
inline void store_le(std::uint8_t* at, T value) {
    std::memcpy(at, &value, sizeof value);
}

}  // namespace tapferry
