#include "encoders/aggregate/block_pool.h"

#include <algorithm>

namespace tapferry {

std::uint32_t BlockPool::take() {
    if (taken_ == blocks_.size()) {
        blocks_.push_back(std::make_unique<std::uint64_t[]>(words_));
    } else {
        std::fill_n(blocks_[taken_].get(), words_, 0);
    }
    return static_cast<std::uint32_t>(taken_++);
}

}  // namespace tapferry
