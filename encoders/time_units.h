// Times as whole milliseconds or microseconds since 1970, rounded down, and back; and the windows of time
// that aggregates are gathered by, counted from 1970 too.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "proto/event.h"

namespace tapferry {

inline constexpr std::int64_t milliseconds_a_second = 1'000;
inline constexpr std::int64_t microseconds_a_second = 1'000'000;

inline std::int64_t in_milliseconds(const Timestamp& time) {
    return time.seconds * milliseconds_a_second + time.nanoseconds / 1'000'000;
}
inline std::int64_t in_microseconds(const Timestamp& time) {
    return time.seconds * microseconds_a_second + time.nanoseconds / 1'000;
}

// `a_second`: how many of the units it has.
inline Timestamp time_of(std::int64_t units, std::int64_t a_second) {
    const std::int64_t rest = (units % a_second + a_second) % a_second;
    return {(units - rest) / a_second, static_cast<std::uint32_t>(rest * (1'000'000'000 / a_second))};
}
inline Timestamp from_milliseconds(std::int64_t milliseconds) {
    return time_of(milliseconds, milliseconds_a_second);
}
inline Timestamp from_microseconds(std::int64_t microseconds) {
    return time_of(microseconds, microseconds_a_second);
}

// Which window of that length a time lies in.
inline std::int64_t window_number(Timestamp time, std::chrono::milliseconds length) {
    constexpr std::int64_t far = 1'000'000'000'000;  // seconds: what is further away is no time
    time.seconds = std::clamp(time.seconds, -far, far);
    const std::int64_t milliseconds = in_milliseconds(time);
    return milliseconds / length.count() - (milliseconds % length.count() < 0 ? 1 : 0);
}
inline Timestamp window_begin(std::int64_t number, std::chrono::milliseconds length) {
    return from_milliseconds(number * length.count());
}

}  // namespace tapferry
