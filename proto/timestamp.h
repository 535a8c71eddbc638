// A moment, as dnstap and the log have it.
#pragma once

#include <compare>
#include <cstdint>

namespace tapferry {

// Seconds since 1970-01-01 UTC and the nanoseconds within that second (0 to 999,999,999).
struct Timestamp {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

}  // namespace tapferry
