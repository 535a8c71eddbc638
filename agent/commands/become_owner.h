// Commands that write into the agent's state directory are often run by root; what they make must be the
// agent's to use afterwards.
#pragma once

#include <filesystem>

namespace tapferry {

// As root: this process becomes the user and group that the directory (or, when it is not there, the nearest
// one above it) belongs to, for good. Otherwise nothing. Throws std::system_error.
void become_owner_of(const std::filesystem::path& directory);

}  // namespace tapferry
