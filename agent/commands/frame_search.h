// Where a capture goes on behind damage: the next place at which a whole dnstap frame stands, and behind it
// another one's beginning, a control frame, or the end of the file. Every place is looked at once, and each
// look has bounded cost, so that no file makes it slow. Used by capture_file.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "proto/decoder.h"

namespace tapferry {

inline constexpr std::size_t max_capture_frame_bytes = 1 << 20;

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
    enum class Found : std::uint8_t {
        here,     // at `at`
        nothing,  // up to there
        unknown,  // it takes more bytes to tell whether `at` is a place; all before it are none
    };
    // Goes on from `at` and looks at no place from `end` on. `last`: nothing follows `bytes`.
    Found next(std::span<const std::uint8_t> bytes, std::size_t& at, std::size_t end, bool last);
    // Of a frame that fields_fill() is not true of: whether it is none, and others begin inside it. Then `at`
    // is where, counted from its length. `behind`: what follows it.
    bool swallows_frames(std::span<const std::uint8_t> frame, std::span<const std::uint8_t> behind,
                         std::size_t& at);

  private:
    Found look(std::span<const std::uint8_t> from_here, bool last);
    std::span<const std::uint8_t> together(std::span<const std::uint8_t> frame,
                                           std::span<const std::uint8_t> behind);
    [[nodiscard]] std::size_t longest_tried() const;

    Decoder decoder_;
    Event event_;
    std::uint64_t decoded_in_vain_ = 0;  // bytes
    std::vector<std::uint8_t> pieced_;
};

}  // namespace tapferry
