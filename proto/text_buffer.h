// A growing run of text that encoders append to. One is reused for a whole batch, so that in the steady state
// nothing is allocated: room is asked for once, then bytes are copied. Not thread-safe; the owner is one
// route.
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace tapferry {

// Text that writes itself to where there is room for `room` characters, and returns the end of what counts.
// What it leaves behind that end, within the room, counts for nothing.
template <typename T>
concept TextPiece = requires(const T& piece, char* out) {
    { T::room } -> std::convertible_to<std::size_t>;
    { piece.write(out) } -> std::same_as<char*>;
};

class TextBuffer {
  public:
    TextBuffer() = default;
    TextBuffer(TextBuffer&& other) noexcept
        : bytes_(std::move(other.bytes_)),
          end_(std::exchange(other.end_, nullptr)),
          limit_(std::exchange(other.limit_, nullptr)) {}
    TextBuffer& operator=(TextBuffer&& other) noexcept {
        bytes_ = std::move(other.bytes_);
        end_ = std::exchange(other.end_, nullptr);
        limit_ = std::exchange(other.limit_, nullptr);
        return *this;
    }

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - bytes_.get()); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] char* data() { return bytes_.get(); }
    [[nodiscard]] const char* data() const { return bytes_.get(); }
    [[nodiscard]] std::string_view view() const { return {bytes_.get(), size()}; }
    [[nodiscard]] std::string_view view(std::size_t from) const {
        return {bytes_.get() + from, size() - from};
    }

    // One behind another, with one question for room: string literals, single characters, string_views and
    // pieces.
    template <typename... Parts>
    void append(const Parts&... parts) {
        char* out = reserve((room_of(parts) + ...));
        ((out = write_part(out, parts)), ...);
        end_ = out;
    }
    void push_back(char c) { append(c); }

    // Room for `count` more bytes at the end. What is written there counts only after commit().
    [[nodiscard]] char* reserve(std::size_t count) {
        if (room() < count) [[unlikely]]
            grow(count);
        return end_;
    }
    void commit(std::size_t count) {
        assert(count <= room());
        end_ += count;
    }

    // Forgets what lies behind `size`. Never grows.
    void truncate(std::size_t size) {
        assert(size <= this->size());
        end_ = bytes_.get() + size;
    }
    void clear() { end_ = bytes_.get(); }

  private:
    static constexpr std::size_t room_of(char) { return 1; }
    template <std::size_t Size>
    static constexpr std::size_t room_of(const char (&)[Size]) {
        return Size - 1;
    }
    static constexpr std::size_t room_of(std::string_view text) { return text.size(); }
    template <TextPiece Piece>
    static constexpr std::size_t room_of(const Piece&) {
        return Piece::room;
    }

    static char* write_part(char* out, char c) {
        *out = c;
        return out + 1;
    }
    template <std::size_t Size>
    static char* write_part(char* out, const char (&literal)[Size]) {
        std::memcpy(out, literal, Size - 1);
        return out + Size - 1;
    }
    static char* write_part(char* out, std::string_view text) {
        if (!text.empty()) std::memcpy(out, text.data(), text.size());
        return out + text.size();
    }
    template <TextPiece Piece>
    static char* write_part(char* out, const Piece& piece) {
        return piece.write(out);
    }

    [[nodiscard]] std::size_t room() const { return static_cast<std::size_t>(limit_ - end_); }
    void grow(std::size_t count);

    std::unique_ptr<char[]> bytes_;
    char* end_ = nullptr;
    char* limit_ = nullptr;
};

}  // namespace tapferry
