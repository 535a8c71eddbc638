#include "agent/spool/sealed_segments.h"

#include <cerrno>

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

bool SealedSegments::unlink_oldest() {
    if (segments_.empty()) return false;
    const DiskResult unlinked = disk_->unlink(directory_ / file_name(segments_.front().name));
    // Somebody else's rm did it.
    if (!unlinked.ok() && unlinked.error != ENOENT) return false;
    bytes_ -= segments_.front().bytes;
    segments_.pop_front();
    return true;
}

void SealedSegments::unlink_before(Position position, std::size_t spared) {
    while (segments_.size() > spared && segments_.front().end <= position) {
        if (!unlink_oldest()) return;
    }
}

}  // namespace tapferry
