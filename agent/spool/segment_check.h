// What a log's files hold, segment by segment, and whether it is sound: for commands beside a running agent
// or none. Nothing is written, and no lock is taken.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "agent/spool/reader.h"
#include "agent/spool/segment_name.h"

namespace tapferry {

class Disk;

struct SegmentGlance {
    SegmentName name;
    Position end{};                     // one past its last number
    std::uint64_t bytes = 0;            // of its file
    std::uint64_t content_bytes = 0;    // of the file if nothing in it were compressed
    bool compressed = false;            // its frames are
    std::optional<Timestamp> received;  // of its first block with frames; none: there is none
    Timestamp until;                    // of its last block, when there is one
};

// In order. Only headers are read, and most of them are passed over where a seal tells what they would.
[[nodiscard]] std::vector<SegmentGlance> glance_at_log(const std::filesystem::path& directory, Disk& disk);

// Bytes that are not what FORMAT.md says, and the frames that are lost by that; perhaps none.
struct Damage {
    SegmentName segment;
    std::uint64_t offset = 0;
    Position from{};
    Position to{};
};

struct LogCheck {
    std::size_t segments = 0;
    std::uint64_t bytes = 0;
    std::uint64_t frames = 0;                              // that can be read
    std::uint64_t notices = 0;                             // of intake, which have numbers too
    std::array<std::uint64_t, loss_reason_count> known{};  // frames that the log itself says are not there
    std::vector<Damage> damage;                            // in order
    bool whole = true;  // everything was looked at: `go_on` never said no, and nothing was unreadable

    [[nodiscard]] std::uint64_t damaged_frames() const;
};

// Reads everything, as a SpoolReader from the log's beginning would, and counts the same frames as lost.
// `go_on` is told how many bytes were looked at.
[[nodiscard]] LogCheck check_log(const std::filesystem::path& directory, Disk& disk,
                                 const std::function<bool(std::uint64_t)>& go_on);

}  // namespace tapferry
