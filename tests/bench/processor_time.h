// The time that this process has spent on a processor, in seconds: user and system.
#pragma once

#include <ctime>

namespace tapferry {

inline double processor_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace tapferry
