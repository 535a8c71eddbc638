// What poll(2) and the like take in place of a deadline.
#pragma once

#include <algorithm>
#include <chrono>
#include <climits>

#include "transports/transport.h"

namespace tapferry {

// Rounded up; 0 when it is over.
inline int milliseconds_until(Deadline deadline) {
    using std::chrono::milliseconds;
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::clamp<milliseconds::rep>(left, 0, INT_MAX));
}

}  // namespace tapferry
