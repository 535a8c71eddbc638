// The seam for clocks: what asks for the time asks here, so that tests set it and need not sleep. Any thread.
#pragma once

#include <chrono>

#include "proto/event.h"

namespace tapferry {

class Clocks {
  public:
    Clocks() = default;
    virtual ~Clocks() = default;
    Clocks(const Clocks&) = delete;
    Clocks& operator=(const Clocks&) = delete;

    // Never goes back, and takes no notice of the wall clock being set.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
    [[nodiscard]] virtual Timestamp wall() const = 0;
};

// The real one. It has no state.
Clocks& system_clocks();

}  // namespace tapferry
