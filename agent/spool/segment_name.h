// Names of segment files and the listing of a spool's directory. Any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/spool/position.h"

namespace tapferry {

class Disk;

// Ordered as the segments are read.
struct SegmentName {
    Position base{};
    std::uint64_t incarnation = 0;
    friend auto operator<=>(const SegmentName&, const SegmentName&) = default;
};

[[nodiscard]] std::string file_name(const SegmentName& name);
// None when the file is no segment.
[[nodiscard]] std::optional<SegmentName> parse_segment_name(std::string_view file_name);

struct SegmentListing {
    std::vector<SegmentName> segments;  // in order
    int error = 0;                      // errno; the directory could not be listed to its end
};
[[nodiscard]] SegmentListing list_segments(const std::filesystem::path& directory, Disk& disk);

}  // namespace tapferry
