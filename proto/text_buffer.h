// A growing run of text that encoders append to. One is reused for a whole batch, so that in the steady state
// nothing is allocated: room is asked for once, then bytes are copied. Not thread-safe; the owner is one
// route.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace tapferry {

class TextBuffer {
  public:
    TextBuffer() = default;
    TextBuffer(TextBuffer&&) = default;
    TextBuffer& operator=(TextBuffer&&) = default;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] char* data() { return bytes_.get(); }
    [[nodiscard]] const char* data() const { return bytes_.get(); }
    [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }
    [[nodiscard]] std::string_view view(std::size_t from) const {
        return {bytes_.get() + from, size_ - from};
    }

    void append(std::string_view text) {
        char* room = reserve(text.size());
        if (!text.empty()) std::memcpy(room, text.data(), text.size());
        size_ += text.size();
    }
    void push_back(char c) {
        *reserve(1) = c;
        ++size_;
    }

    // Room for `count` more bytes at the end. What is written there counts only after commit().
    [[nodiscard]] char* reserve(std::size_t count) {
        if (capacity_ - size_ < count) grow(count);
        return bytes_.get() + size_;
    }
    void commit(std::size_t count) {
        assert(count <= capacity_ - size_);
        size_ += count;
    }

    // Forgets what lies behind `size`. Never grows.
    void truncate(std::size_t size) {
        assert(size <= size_);
        size_ = size;
    }
    void clear() { size_ = 0; }

  private:
    void grow(std::size_t count) {
        std::size_t wanted = capacity_ < 4096 ? 4096 : capacity_ * 2;
        while (wanted - size_ < count) wanted *= 2;
        auto larger = std::make_unique_for_overwrite<char[]>(wanted);
        if (size_ != 0) std::memcpy(larger.get(), bytes_.get(), size_);
        bytes_ = std::move(larger);
        capacity_ = wanted;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace tapferry
