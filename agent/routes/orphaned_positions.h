// Saved positions of destinations that are no longer configured. They hold nothing back, and one that was not
// written for a week goes: whoever comes back later begins anew.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace tapferry {

class Log;

// Tells of each file in `directory` that is no destination's, and removes those that are too old at `now`.
// Files that are no saved positions are left alone.
void look_after_orphans(const std::filesystem::path& directory, const std::set<std::string>& destinations,
                        std::filesystem::file_time_type now, Log& log);

}  // namespace tapferry
