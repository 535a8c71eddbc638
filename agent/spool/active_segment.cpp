#include "agent/spool/active_segment.h"

#include <fcntl.h>

#include <cerrno>

namespace tapferry {

ActiveSegment::Created ActiveSegment::create(const std::filesystem::path& directory, Disk& disk,
                                             const SegmentName& name) {
    const DiskResult opened = disk.open(directory / file_name(name), O_WRONLY | O_CREAT | O_EXCL);
    if (!opened.ok()) return {std::nullopt, opened.error};
    return {ActiveSegment(disk, DiskFile(disk, static_cast<int>(opened.value)), name), 0};
}

int ActiveSegment::append(BlockHeader header, std::span<const std::uint8_t> body) {
    if (torn_) {
        if (const int error = cut_back()) return error;
    }
    header.incarnation = name_.incarnation;
    const BlockHeaderBytes header_bytes = encode_header(header);
    const DiskResult written = write_fully(*disk_, file_.fd(), bytes_, header_bytes, body);
    if (!written.ok()) {
        torn_ = true;
        cut_back();
        return written.error;
    }
    if (!has_numbers() && header.count > 0) first_numbers_at_ = std::chrono::steady_clock::now();
    end_ = header.end();
    bytes_ += header.whole_length();
    return 0;
}

// Also after a write that failed at once: what a failed write left behind is not to be trusted.
int ActiveSegment::cut_back() {
    const DiskResult cut = disk_->truncate(file_.fd(), bytes_);
    torn_ = !cut.ok();
    return cut.error;
}

SealedSegment ActiveSegment::seal(Timestamp now) && {
    if (!torn_) {
        BlockHeader header = header_for(BlockType::seal, {});
        header.base = end_;
        header.received = now;
        // A segment without a seal is as good, but for telling a torn end from a removed one.
        static_cast<void>(append(header, {}));
    }
    return {name_, end_, bytes_};
}

}  // namespace tapferry
