#include "agent/spool/sealed_segments.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "agent/spool/death_point.h"

namespace tapferry {

SealedSegments::SealedSegments(std::filesystem::path directory, Disk& disk,
                               const std::vector<SealedSegment>& found)
    : directory_(std::move(directory)), disk_(&disk) {
    for (const SealedSegment& segment : found) add(segment);
}

void SealedSegments::add(const SealedSegment& segment) {
    segments_.push_back(segment);
    bytes_ += segment.bytes;
}

bool SealedSegments::unlink_oldest(Readers readers) {
    if (segments_.empty()) return false;
    const auto path = directory_ / file_name(segments_.front().name);
    DiskFile file;
    if (readers == Readers::lose_it) {
        const DiskResult opened = disk_->open(path, O_WRONLY);
        if (opened.ok()) file = DiskFile(*disk_, static_cast<int>(opened.value));
    }
    death_point("retention.before_unlink");
    const DiskResult unlinked = disk_->unlink(path);
    // Somebody else's rm did it.
    if (!unlinked.ok() && unlinked.error != ENOENT) return false;
    death_point("retention.unlinked");
    // Its room is free at once, even while somebody who does not get on has it open.
    if (file.fd() >= 0) static_cast<void>(disk_->truncate(file.fd(), 0));
    bytes_ -= segments_.front().bytes;
    segments_.pop_front();
    return true;
}

void SealedSegments::keep_only(const std::vector<SegmentName>& names) {
    std::erase_if(segments_, [&](const SealedSegment& segment) {
        const bool listed = std::ranges::binary_search(names, segment.name);
        if (!listed) bytes_ -= segment.bytes;
        return !listed;
    });
}

int SealedSegments::replace(const SegmentName& name, const std::filesystem::path& path, std::uint64_t bytes) {
    const auto segment = std::ranges::find(segments_, name, &SealedSegment::name);
    if (segment == segments_.end()) return ENOENT;
    death_point("compaction.before_rename");
    const DiskResult renamed = disk_->rename(path, directory_ / file_name(name));
    if (!renamed.ok()) return renamed.error;
    death_point("compaction.renamed");
    bytes_ = bytes_ - segment->bytes + bytes;
    segment->bytes = bytes;
    return 0;
}

}  // namespace tapferry
