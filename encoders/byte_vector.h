// Several bytes looked at with one instruction, by the vectors that both compilers know. Used by the encoders
// for what every byte that is sent passes through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tapferry {

template <std::size_t Size>
struct ByteVectorOf {
    using Type [[gnu::vector_size(Size)]] = unsigned char;
};
template <std::size_t Size>
using ByteVector = typename ByteVectorOf<Size>::Type;

// Calls look(vector) for pieces that together are all of `text`, which has `Size` bytes or more. The last
// piece may overlap the one before it.
template <std::size_t Size, typename Look>
void look_over(std::string_view text, Look look) {
    const auto vector_at = [](const char* at) {
        ByteVector<Size> bytes;
        std::memcpy(&bytes, at, Size);
        return bytes;
    };
    const char* const last = text.data() + text.size() - Size;
    for (const char* at = text.data(); at < last; at += Size) look(vector_at(at));
    look(vector_at(last));
}

// Whether any bit of any byte is set.
template <typename Vector>
bool any_set(const Vector& bytes) {
    std::uint64_t words[sizeof(Vector) / sizeof(std::uint64_t)];
    std::memcpy(words, &bytes, sizeof words);
    std::uint64_t all = 0;
    for (const std::uint64_t word : words) all |= word;
    return all != 0;
}

}  // namespace tapferry
