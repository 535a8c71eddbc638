// A text in a cell of fixed size, so that copying it takes neither a loop nor a branch: tables of names are
// made of it.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace tapferry {

// Holds at most `Room` - 1 characters, 127 at most: a longer one does not compile, or ends the program.
template <std::size_t Room>
class FixedText {
  public:
    static constexpr std::size_t room = Room;

    constexpr FixedText() = default;
    constexpr explicit FixedText(std::string_view text) {
        static_assert(Room <= 128);
        assert(text.size() < Room);
        for (std::size_t i = 0; i < text.size(); ++i) cell_.at(i) = text[i];
        cell_.back() = static_cast<char>(text.size());
    }
    [[nodiscard]] constexpr std::size_t size() const { return static_cast<std::size_t>(cell_.back()); }
    [[nodiscard]] constexpr bool empty() const { return size() == 0; }
    [[nodiscard]] constexpr std::string_view view() const { return {cell_.data(), size()}; }

    char* write(char* out) const {
        std::memcpy(out, cell_.data(), Room);
        return out + size();
    }

  private:
    std::array<char, Room> cell_{};  // the last is the length
};

using ShortText = FixedText<16>;

}  // namespace tapferry
