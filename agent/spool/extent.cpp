#include "agent/spool/extent.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/spool/reader.h"
#include "agent/spool/segment_reader.h"

namespace tapferry {
namespace {

// A segment and the time of its first block, 0 when that is not known.
struct Seen {
    SealedSegment segment;
    Timestamp first;
};

// One past the highest number of a segment that has none behind it. A block that is all there counts, its
// body sound or not: its numbers were given. False: something could not be read.
bool end_by_blocks(SegmentReader blocks, SealedSegment& segment) {
    for (;;) {
        const SegmentRead read = blocks.read(Growth::complete);
        if (std::holds_alternative<SegmentTail>(read)) return !blocks.met_unreadable();
        const auto* sound = std::get_if<SoundBlock>(&read);
        const BlockHeader& header = sound != nullptr ? sound->header : std::get_if<BadBlock>(&read)->header;
        segment.end = std::max(segment.end, header.end());
        if (header.count > 0) segment.newest = header.received;
        blocks.pass(header);
    }
}

// Returns 0 or errno. A segment that cannot be read to its end may have had as many numbers as fit into it:
// better that some are lost than that one is given twice.
int find_end(const std::filesystem::path& path, Disk& disk, SealedSegment& segment) {
    for (int tries = 0; tries < 3; ++tries) {
        const DiskResult opened = disk.open(path, O_RDONLY);
        if (!opened.ok()) return opened.error;
        DiskFile file(disk, static_cast<int>(opened.value));
        if (end_by_blocks(SegmentReader(disk, std::move(file), segment.name), segment)) return 0;
    }
    segment.end = segment.end + segment.bytes / frame_prefix_bytes;
    return 0;
}

Timestamp first_received(Disk& disk, const DiskFile& file, const SegmentName& name) {
    BlockHeaderBytes bytes{};
    static_cast<void>(read_fully(disk, file.fd(), 0, bytes));
    const auto header = decode_header(bytes, name.incarnation);
    return header ? header->received : Timestamp{};
}

// A segment's numbers end where the next greater base begins. Of several with one base that holds for the one
// that has numbers; the others have none and come first, so that they are also the first to be unlinked. Its
// frames were received before those of the next one.
void order_and_end(std::vector<Seen>& segments) {
    std::ranges::sort(segments, [](const Seen& a, const Seen& b) {
        const auto key = [](const Seen& seen) { return std::pair(seen.segment.name.base, seen.segment.end); };
        return key(a) < key(b);
    });
    for (std::size_t i = segments.size(); i-- > 1;) {
        SealedSegment& segment = segments[i - 1].segment;
        const Seen& next = segments[i];
        const Position base = next.segment.name.base;
        segment.end = base == segment.name.base ? segment.name.base : base;
        segment.newest = next.first == Timestamp{} ? next.segment.newest : next.first;
    }
}

// Only where the names do not tell the end is a segment read.
bool told_by_names(const std::vector<SegmentName>& names, const SegmentName& name) {
    return name.base < names.back().base && std::ranges::count(names, name.base, &SegmentName::base) == 1;
}

}  // namespace

FoundLog find_log(const std::filesystem::path& directory, Disk& disk) {
    FoundLog found;
    std::vector<Seen> segments;
    const SegmentListing listing = list_segments(directory, disk);
    found.error = listing.error;
    for (const SegmentName& name : listing.segments) {
        const DiskResult opened = disk.open(directory / file_name(name), O_RDONLY);
        if (opened.error == ENOENT) continue;
        if (!opened.ok()) {
            found.error = opened.error;
            continue;
        }
        const DiskFile file(disk, static_cast<int>(opened.value));
        const DiskResult size = disk.size(file.fd());
        if (!size.ok()) found.error = size.error;
        Seen seen{{name, name.base, static_cast<std::uint64_t>(size.value), {}}, {}};
        seen.first = first_received(disk, file, name);
        if (!told_by_names(listing.segments, name)) {
            const int error = find_end(directory / file_name(name), disk, seen.segment);
            if (error != 0) found.error = error;
        }
        found.end = std::max(found.end, seen.segment.end);
        segments.push_back(seen);
    }
    order_and_end(segments);
    for (const Seen& seen : segments) found.segments.push_back(seen.segment);
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
