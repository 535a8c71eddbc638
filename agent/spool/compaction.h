// Writes a sealed segment again with its frames compressed, beside the old one; FORMAT.md says how. Used by
// the Compactor, on its thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

#include "agent/spool/active_segment.h"

namespace tapferry {

enum class Rewriting : std::uint8_t {
    written,    // a whole segment lies at rewritten_path(), synced
    needless,   // it is compressed already, or would not become much smaller
    not_sound,  // something in it is damaged or missing: it stays as it is
    stopped,
    failed,  // see error; perhaps later
};

struct RewriteOutcome {
    Rewriting result = Rewriting::failed;
    std::uint64_t bytes = 0;  // when written
    int error = 0;            // errno when failed
};

// Where the new one of a segment lies until it takes its name: a name that the log does not list.
[[nodiscard]] std::filesystem::path rewritten_path(const std::filesystem::path& directory,
                                                   const SegmentName& name);

// The old file is only read. Unless the result is `written` nothing is left behind that the disk lets us
// remove.
[[nodiscard]] RewriteOutcome rewrite_segment(const std::filesystem::path& directory,
                                             const SealedSegment& segment, Disk& disk,
                                             const std::atomic<bool>& stop);

// Removes what a process left that ended while it rewrote. The log's directory must be ours.
void remove_rewritten(const std::filesystem::path& directory, Disk& disk);

}  // namespace tapferry
