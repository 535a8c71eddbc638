#include "agent/spool/extent.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

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

// A segment's numbers end where the next greater base begins. Of several with one base that holds for the one
// that has numbers; the others have none and come first, so that they are also the first to be unlinked.
void order_and_end(std::vector<SealedSegment>& segments) {
    std::ranges::sort(segments, [](const SealedSegment& a, const SealedSegment& b) {
        return a.name.base != b.name.base ? a.name.base < b.name.base : a.end < b.end;
    });
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
        const Position next = segments[i + 1].name.base;
        segments[i].end = next == segments[i].name.base ? segments[i].name.base : next;
    }
}

// Only where the names do not tell the end is a segment read.
bool told_by_names(const std::vector<SegmentName>& names, const SegmentName& name) {
    return name.base < names.back().base && std::ranges::count(names, name.base, &SegmentName::base) == 1;
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
        DiskFile file(disk, static_cast<int>(opened.value));
        const DiskResult size = disk.size(file.fd());
        const Position end = told_by_names(listing.segments, name)
                                 ? name.base
                                 : end_by_blocks(SegmentReader(disk, std::move(file), name), name.base);
        found.segments.push_back({name, end, static_cast<std::uint64_t>(size.value)});
        found.end = std::max(found.end, end);
    }
    order_and_end(found.segments);
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
