// Several bytes looked at with one instruction, by the vectors that both compilers know, for what every byte
// passes through that is sent.
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

template <std::size_t Size>
ByteVector<Size> vector_at(const char* at) {
    ByteVector<Size> bytes;
    std::memcpy(&bytes, at, Size);
    return bytes;
}

// Calls look(vector) for pieces that together are all of `text`, which has `Size` bytes or more. The last
// piece may overlap the one before it. Text that is mostly long is worth unrolling.
template <std::size_t Size, std::size_t unrolled = 1, typename Look>
void look_over(std::string_view text, Look look) {
    const char* const last = text.data() + text.size() - Size;
    const char* at = text.data();
    if constexpr (unrolled > 1) {
        for (; last - at > static_cast<std::ptrdiff_t>((unrolled - 1) * Size); at += unrolled * Size) {
#pragma GCC unroll 8
            for (std::size_t i = 0; i < unrolled; ++i) look(vector_at<Size>(at + i * Size));
        }
    }
    for (; at < last; at += Size) look(vector_at<Size>(at));
    look(vector_at<Size>(last));
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

// All bytes added up, to 255 at most.
inline unsigned sum_of(const ByteVector<16>& bytes) {
    std::uint64_t words[2];
    std::memcpy(words, &bytes, sizeof words);
    return static_cast<unsigned>((words[0] + words[1]) * 0x0101'0101'0101'0101 >> 56);
}

}  // namespace tapferry
