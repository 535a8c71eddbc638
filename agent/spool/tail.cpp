#include "agent/spool/tail.h"

#include <algorithm>
#include <iterator>

namespace tapferry {
namespace {

// What a block takes beside its body.
constexpr std::size_t block_overhead_bytes = 192;

std::size_t bytes_of(const TailBlock& block) {
    return block.body.size() + block_overhead_bytes;
}

// Whether a reader at `position` is done with the block.
bool passed(const TailBlock& block, Position position) {
    return block.header.count == 0 ? block.header.base < position : block.header.end() <= position;
}

}  // namespace

SpoolTail::SpoolTail(std::size_t most_bytes, Position end)
    : most_bytes_(most_bytes), opened_at_(end), end_(end), disk_end_(end) {}

Position SpoolTail::begin() const {
    return blocks_.empty() ? end_ : blocks_.front()->header.base;
}

void SpoolTail::put(const BlockHeader& header, std::span<const std::uint8_t> body,
                    const std::shared_ptr<const StreamNames>& streams, bool on_disk) {
    auto block = std::make_shared<const TailBlock>(TailBlock{header, {body.begin(), body.end()}, streams});
    const std::lock_guard guard(mutex_);
    bytes_ += bytes_of(*block);
    blocks_.push_back(std::move(block));
    end_ = header.end();
    if (on_disk) {
        disk_end_ = end_;
    } else {
        ++unwritten_;
    }
    while (bytes_ > most_bytes_ && blocks_.size() > 1) drop_front();
}

void SpoolTail::drop_front() {
    bytes_ -= bytes_of(*blocks_.front());
    blocks_.pop_front();
    ++front_serial_;
    unwritten_ = std::min(unwritten_, blocks_.size());
}

bool SpoolTail::has_room(std::size_t length) const {
    const std::lock_guard guard(mutex_);
    if (unwritten_ == 0) return true;
    std::size_t bytes = length + block_overhead_bytes;
    for (std::size_t i = blocks_.size() - unwritten_; i < blocks_.size(); ++i) bytes += bytes_of(*blocks_[i]);
    return bytes <= most_bytes_;
}

std::shared_ptr<const TailBlock> SpoolTail::first_unwritten() const {
    const std::lock_guard guard(mutex_);
    return unwritten_ == 0 ? nullptr : blocks_[blocks_.size() - unwritten_];
}

void SpoolTail::wrote_first() {
    const std::lock_guard guard(mutex_);
    disk_end_ = blocks_[blocks_.size() - unwritten_]->header.end();
    --unwritten_;
}

void SpoolTail::drop_before(Position position) {
    const std::lock_guard guard(mutex_);
    while (blocks_.size() > unwritten_ && blocks_.front()->header.end() <= position) drop_front();
}

SpoolTail::Found SpoolTail::find(Position position, std::uint64_t serial) const {
    const std::lock_guard guard(mutex_);
    Found found{nullptr, 0, false, begin(), disk_end_};
    if (position < found.begin) return found;
    const auto at = [&](std::uint64_t wanted) {
        return blocks_.begin() + static_cast<std::ptrdiff_t>(wanted - front_serial_);
    };
    auto block = blocks_.end();
    const bool follows =
        serial >= front_serial_ && serial - front_serial_ <= blocks_.size() &&
        (at(serial) == blocks_.end() ? position == end_ : (*at(serial))->header.base == position);
    if (follows) {
        block = at(serial);
    } else {
        block =
            std::ranges::partition_point(blocks_, [&](const auto& each) { return passed(*each, position); });
    }
    if (block == blocks_.end()) {
        found.beyond = true;
        return found;
    }
    found.block = *block;
    found.serial = front_serial_ + static_cast<std::uint64_t>(block - blocks_.begin());
    return found;
}

}  // namespace tapferry
