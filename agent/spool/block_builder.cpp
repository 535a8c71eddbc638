#include "agent/spool/block_builder.h"

#include <cassert>
#include <cstring>

#include "agent/spool/block_format.h"
#include "agent/spool/little_endian.h"

namespace tapferry {

bool BlockBuilder::has_room(std::size_t length) const {
    return empty() ||
           (length <= block_body_bytes && bytes_.size() + frame_prefix_bytes + length <= block_body_bytes);
}

void BlockBuilder::add(std::uint32_t stream, std::span<const std::uint8_t> frame) {
    assert(has_room(frame.size()));
    std::array<std::uint8_t, frame_prefix_bytes> prefix{};
    store_le(&prefix[0], stream);
    store_le(&prefix[4], static_cast<std::uint32_t>(frame.size()));
    bytes_.insert(bytes_.end(), prefix.begin(), prefix.end());
    bytes_.insert(bytes_.end(), frame.begin(), frame.end());
    ++count_;
}

void BlockBuilder::clear() {
    bytes_.clear();
    count_ = 0;
}

}  // namespace tapferry
