// Where the log in a directory ends, segment by segment: what a Spool needs to go on after earlier runs. Any
// thread.
#pragma once

#include <filesystem>
#include <vector>

#include "agent/spool/active_segment.h"

namespace tapferry {

struct FoundLog {
    std::vector<SealedSegment> segments;  // in order
    Position end = first_position;        // numbers below it were used
    int error = 0;                        // errno; something could not be listed or opened
};
[[nodiscard]] FoundLog find_log(const std::filesystem::path& directory, Disk& disk);

}  // namespace tapferry
