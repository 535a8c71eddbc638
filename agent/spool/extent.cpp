#include "agent/spool/extent.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "agent/spool/reader.h"
#include "agent/spool/segment_reader.h"

namespace tapferry {
namespace {

// One past the highest number of a segment that has none behind it. A block that is all there counts, its
// body sound or not: its numbers were given.
Position end_by_blocks(SegmentReader blocks, Position base) {
    Position end = base;
    for (;;) {
        const SegmentRead read = blocks.read(Growth::complete);
        if (std::holds_alternative<SegmentTail>(read)) return end;
        const auto* sound = std::get_if<SoundBlock>(&read);
        const BlockHeader& header = sound != nullptr ? sound->header : std::get_if<BadBlock>(&read)->header;
        end = std::max(end, header.end());
        blocks.pass(header);
    }
}

// A segment's numbers end where the next greater base begins; only of the last ones is that not known.
std::optional<Position> next_base(const std::vector<SegmentName>& names, Position base) {
    const auto next = std::ranges::upper_bound(names, base, {}, &SegmentName::base);
    if (next == names.end()) return std::nullopt;
    return next->base;
}

}  // namespace

FoundLog find_log(const std::filesystem::path& directory, Disk& disk) {
    FoundLog found;
    const SegmentListing listing = list_segments(directory, disk);
    found.error = listing.error;
    for (const SegmentName& name : listing.segments) {
        const DiskResult opened = disk.open(directory / file_name(name), O_RDONLY);
        if (opened.error == ENOENT) continue;
        if (!opened.ok()) {
            found.error = opened.error;
            continue;
        }
        File file(disk, static_cast<int>(opened.value));
        const DiskResult size = disk.size(file.fd());
        const auto next = next_base(listing.segments, name.base);
        const Position end =
            next ? *next : end_by_blocks(SegmentReader(disk, std::move(file), name), name.base);
        found.segments.push_back({name, end, static_cast<std::uint64_t>(size.value)});
        found.end = std::max(found.end, end);
    }
    return found;
}

SpoolExtent spool_extent(const std::filesystem::path& directory, Disk& disk) {
    const FoundLog found = find_log(directory, disk);
    SpoolExtent extent;
    extent.begin = found.segments.empty() ? found.end : found.segments.front().name.base;
    extent.end = found.end;
    extent.segments = found.segments.size();
    for (const SealedSegment& segment : found.segments) extent.bytes += segment.bytes;
    return extent;
}

}  // namespace tapferry
