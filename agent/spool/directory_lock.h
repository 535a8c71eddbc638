// Makes a directory one Spool's own, for as long as the returned file is open. Used by Spool when it is made.
#pragma once

#include <filesystem>

#include "agent/spool/disk.h"

namespace tapferry {

// Makes the directory when it is not there. Throws SpoolError, which names the process that has it.
[[nodiscard]] DiskFile lock_directory(const std::filesystem::path& directory, Disk& disk);

}  // namespace tapferry
