// When the frames of a capture count as received: at the time that they tell themselves, as if they came live
// then. It follows from the frames alone, so that windows and pairs of a repeated replay are the same.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "proto/decoder.h"

namespace tapferry {

class FrameClock {
  public:
    // `otherwise`: until a frame tells a time. Times over a day after `now` are not believed.
    FrameClock(const Timestamp& otherwise, const Timestamp& now) : time_(otherwise), now_(now) {}

    // On a grid of 20 ms, which is how long an agent gathers a block, and never before the time it tells. A
    // frame that is a little older than one before it counts as received with that one; one that is much
    // older begins another time.
    [[nodiscard]] Timestamp time_of(std::span<const std::uint8_t> frame);

    // What the frame itself tells; none: nothing that can be believed.
    [[nodiscard]] std::optional<Timestamp> told_by(std::span<const std::uint8_t> frame);

  private:
    Timestamp time_;
    Timestamp now_;
    Decoder decoder_;
    Event event_;
};

}  // namespace tapferry
