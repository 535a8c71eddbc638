// Blocks of 64-bit words for what some rows of an aggregate need and most do not. They are given back all
// together, and used again. The owner is one encoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tapferry {

class BlockPool {
  public:
    explicit BlockPool(std::size_t words) : words_(words) {}

    // The number of a block, all zero.
    std::uint32_t take();
    [[nodiscard]] std::uint64_t* words(std::uint32_t block) { return blocks_[block].get(); }
    [[nodiscard]] const std::uint64_t* words(std::uint32_t block) const { return blocks_[block].get(); }
    // Of all blocks that are in use.
    [[nodiscard]] std::size_t bytes() const { return taken_ * words_ * sizeof(std::uint64_t); }
    void clear() { taken_ = 0; }

  private:
    std::size_t words_;
    std::size_t taken_ = 0;
    std::vector<std::unique_ptr<std::uint64_t[]>> blocks_;
};

}  // namespace tapferry
