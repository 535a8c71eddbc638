#include "proto/text_buffer.h"

namespace tapferry {

void TextBuffer::grow(std::size_t count) {
    constexpr std::size_t first_capacity = 4096;
    const std::size_t used = size();
    const std::size_t capacity = used + room();
    std::size_t wanted = capacity < first_capacity ? first_capacity : capacity * 2;
    while (wanted - used < count) wanted *= 2;
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (used != 0) std::memcpy(larger.get(), bytes_.get(), used);
    bytes_ = std::move(larger);
    end_ = bytes_.get() + used;
    limit_ = bytes_.get() + wanted;
}

}  // namespace tapferry
