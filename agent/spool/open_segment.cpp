#include "agent/spool/open_segment.h"

#include <algorithm>

#include "agent/spool/clocks.h"

namespace tapferry {
namespace {

constexpr std::uint64_t mark_every_bytes = 256 * 1024;

// What was received so long ago the kernel has written to the disk, so that its pages can go. Earlier the
// wish that they go would make it write what may never have to be written.
constexpr std::int64_t written_after_seconds = 60;

}  // namespace

void OpenSegment::pass(const BlockHeader& header) {
    if (header.count > 0) has_numbers = true;
    blocks.pass(header);
    const bool written = system_clocks().wall().seconds - header.received.seconds > written_after_seconds;
    if (written) blocks.leave_cache();
}

void OpenSegment::mark(Position base) {
    const std::uint64_t offset = blocks.offset();
    if (marks_.empty() || offset >= marks_.back().offset + mark_every_bytes) marks_.push_back({base, offset});
}

void OpenSegment::go_back(Position position) {
    // Times may stand in front of the block that a mark of this very position is at.
    const auto behind = std::ranges::lower_bound(marks_, position, {}, &Mark::base);
    blocks.rewind(behind == marks_.begin() ? 0 : std::prev(behind)->offset);
    sought = true;
}

}  // namespace tapferry
