#include "agent/commands/replay/frame_clock.h"

namespace tapferry {

namespace {

constexpr std::uint32_t grid_ns = 20'000'000;
constexpr std::int64_t much_older_s = 60;

// Nothing is received before it happens.
Timestamp at_the_end_of_its_block(Timestamp time) {
    time.nanoseconds += (grid_ns - time.nanoseconds % grid_ns) % grid_ns;
    if (time.nanoseconds < 1'000'000'000) return time;
    return {time.seconds + 1, 0};
}

}  // namespace

Timestamp FrameClock::time_of(std::span<const std::uint8_t> frame) {
    auto time = told_by(frame);
    if (!time) return time_;
    time = at_the_end_of_its_block(*time);
    if (*time > time_ || time->seconds < time_.seconds - much_older_s) time_ = *time;
    return time_;
}

std::optional<Timestamp> FrameClock::told_by(std::span<const std::uint8_t> frame) {
    const FrameOrigin origin{{0, 1}, now_, {}};
    if (decoder_.decode(frame, origin, event_) == DecodeStatus::undecodable) return std::nullopt;
    if (event_.time_source != TimeSource::server) return std::nullopt;
    return event_.time;
}

}  // namespace tapferry
