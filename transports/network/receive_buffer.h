// What a peer has sent and nobody has consumed yet, in one piece and never more than a given number of bytes.
// Owned by Connection.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tapferry {

class ReceiveBuffer {
  public:
    // `most`: bytes; 0: it takes none.
    explicit ReceiveBuffer(std::size_t most) : bytes_(most) {}

    [[nodiscard]] std::size_t capacity() const { return bytes_.size(); }
    [[nodiscard]] bool full() const { return size() == bytes_.size(); }
    [[nodiscard]] std::size_t size() const { return end_ - begin_; }
    [[nodiscard]] std::string_view view() const { return {bytes_.data() + begin_, size()}; }

    // Where the next bytes go; added() says how many came. Moves what is there.
    std::span<char> room() {
        if (begin_ != 0) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, size());
            end_ -= std::exchange(begin_, 0);
        }
        return {bytes_.data() + end_, bytes_.size() - end_};
    }
    void added(std::size_t count) { end_ += std::min(count, bytes_.size() - end_); }
    void consume(std::size_t count) { begin_ += std::min(count, size()); }
    void clear() { begin_ = end_ = 0; }

  private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace tapferry
