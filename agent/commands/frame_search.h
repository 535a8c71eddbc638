// Where a capture goes on behind damage: the next place at which a whole dnstap frame stands, and behind it
// another one's beginning, a control frame, or the end of the file. Every place is looked at once, and each
// look has bounded cost, so that no file makes it slow. Used by
// capture_streams.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "proto/decoder.h"

namespace tapferry {

inline constexpr std::size_t max_capture_frame_bytes = 1 << 20;
inline constexpr std::size_t length_bytes = 4;  // of a frame's length, which stands before it

// A length that can be one, and behind it the tag of a field that a dnstap frame can begin with: identity,
// version, extra, message or type. Of five bytes or more.
inline constexpr std::size_t telling_bytes = 5;
bool looks_like_a_frame(std::span<const std::uint8_t> bytes);
// Such a tag.
bool begins_a_field(std::uint8_t tag);
// Whether bytes behind a frame can be more of the same stream, or its end. Of this many, or of all there are.
inline constexpr std::size_t control_header_bytes = 8;  // escape and length
bool can_follow_a_frame(std::span<const std::uint8_t> bytes);

// Whether its fields end where it ends, whatever they are. Of a frame with a wrong length they do not.
bool fields_fill(std::span<const std::uint8_t> frame);

class FrameSearch {
  public:
    enum class Sight : std::uint8_t {
        frame,    // one begins there
        nothing,  // no place up to there
        unknown,  // it takes more bytes to tell; all places before it are none
    };
    struct Found {
        Sight sight;
        std::size_t at;
    };
    // Looks from `at` on, and at no place from `end` on. `last`: nothing follows `bytes`.
    Found next(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t end, bool last);
    // Of a frame that fields_fill() is not true of: where inside it the first of others begins, counted from
    // its length, when it is none itself. `behind`: what follows it.
    std::optional<std::size_t> swallowed_at(std::span<const std::uint8_t> frame,
                                            std::span<const std::uint8_t> behind);

  private:
    Sight look(std::span<const std::uint8_t> from_here, bool last);
    std::span<const std::uint8_t> together(std::span<const std::uint8_t> frame,
                                           std::span<const std::uint8_t> behind);
    [[nodiscard]] std::size_t longest_tried() const;

    Decoder decoder_;
    Event event_;
    std::uint64_t decoded_in_vain_ = 0;  // bytes
    std::vector<std::uint8_t> pieced_;
};

}  // namespace tapferry
