// Gathers frames into the body of one block. Intake's second thread fills it, Spool::append() writes it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tapferry {

// A block's body is at most this long, or it is one larger frame alone.
inline constexpr std::size_t block_body_bytes = 64 * 1024;

class BlockBuilder {
  public:
    BlockBuilder() { bytes_.reserve(block_body_bytes); }

    // Whether a frame of `length` bytes may join: always when the block is empty.
    [[nodiscard]] bool has_room(std::size_t length) const;
    void add(std::uint32_t stream, std::span<const std::uint8_t> frame);
    void clear();

    [[nodiscard]] std::uint32_t count() const { return count_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    // What Spool::append() writes behind a header, in the same write.
    [[nodiscard]] std::span<const std::uint8_t> body() const { return bytes_; }

  private:
    std::vector<std::uint8_t> bytes_;
    std::uint32_t count_ = 0;
};

}  // namespace tapferry
