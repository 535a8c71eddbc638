#include "agent/spool/active_segment.h"

#include <fcntl.h>

#include <array>
#include <cerrno>

#include "agent/spool/death_point.h"

namespace tapferry {
namespace {

// Of the seal of a segment that may not be on the disk.
constexpr std::array<std::uint8_t, 1> doubtful_body{1};

}  // namespace

ActiveSegment::Created ActiveSegment::create(const std::filesystem::path& directory, Disk& disk, Clocks& time,
                                             const SegmentName& name) {
    const DiskResult opened = disk.open(directory / file_name(name), O_WRONLY | O_CREAT | O_EXCL);
    if (!opened.ok()) return {std::nullopt, opened.error};
    death_point("segment.created");
    return {ActiveSegment(disk, time, DiskFile(disk, static_cast<int>(opened.value)), name), 0};
}

int ActiveSegment::append(BlockHeader header, std::span<const std::uint8_t> body) {
    if (torn_) {
        if (const int error = cut_back()) return error;
    }
    header.incarnation = name_.incarnation;
    const BlockHeaderBytes header_bytes = encode_header(header);
    death_point("append.before_write");
    if (about_to_die("append.half_written"))
        disk_->write_at(file_->fd(), bytes_, header_bytes, body.first(body.size() / 2));
    death_point("append.half_written");
    const DiskResult written = write_fully(*disk_, file_->fd(), bytes_, header_bytes, body);
    death_point("append.written");
    if (!written.ok()) {
        torn_ = true;
        cut_back();
        return written.error;
    }
    if (!has_numbers() && header.count > 0) first_numbers_at_ = time_->steady();
    end_ = header.end();
    bytes_ += header.whole_length();
    return 0;
}

// Also after a write that failed at once: what a failed write left behind is not to be trusted.
int ActiveSegment::cut_back() {
    const DiskResult cut = disk_->truncate(file_->fd(), bytes_);
    torn_ = !cut.ok();
    return cut.error;
}

SealedSegment ActiveSegment::seal(bool doubtful) && {
    if (!torn_) {
        death_point("segment.before_seal");
        const auto body = std::span(doubtful_body).first(doubtful ? 1 : 0);
        BlockHeader header = header_for(BlockType::seal, body);
        header.base = end_;
        header.received = time_->wall();
        // A segment without a seal is as good, but for telling a torn end from a removed one.
        static_cast<void>(append(header, body));
        death_point("segment.sealed");
    }
    return {name_, end_, bytes_, time_->wall()};
}

}  // namespace tapferry
