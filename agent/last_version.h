// Which version ran last on this state directory: a file of one line beside the spool.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tapferry {

// Leaves `now` there, and returns what was there before; empty: nothing, or nothing that is a version. That
// it cannot be written is no trouble: the same is told once more then.
std::string exchange_last_version(const std::filesystem::path& state_directory, std::string_view now);

}  // namespace tapferry
