// The segment that is written to, and what it becomes: a sealed one has no way to append. The appending
// thread owns the active segment; the list of sealed ones is the Spool's, under its lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "agent/spool/block_format.h"
#include "agent/spool/clocks.h"
#include "agent/spool/disk.h"
#include "agent/spool/segment_name.h"

namespace tapferry {

struct SealedSegment {
    SegmentName name;
    Position end{};  // its numbers are below this
    std::uint64_t bytes = 0;
    Timestamp newest{};  // its frames were received by then; 0: that is not known
};

class ActiveSegment {
  public:
    struct Created;
    static Created create(const std::filesystem::path& directory, Disk& disk, Clocks& time,
                          const SegmentName& name);

    // Writes one block, of which incarnation and checksums are filled in here; returns 0 or errno. Then
    // nothing of it is in the file, or the segment is torn().
    [[nodiscard]] int append(BlockHeader header, std::span<const std::uint8_t> body);
    // Ends the segment, with a seal block if the disk takes one. `doubtful`: what was written may not reach
    // the disk.
    [[nodiscard]] SealedSegment seal(bool doubtful) &&;

    // Half a block stands at the end and could not be cut back. append() tries to cut it back first.
    [[nodiscard]] bool torn() const { return torn_; }
    [[nodiscard]] bool has_numbers() const { return end_ != name_.base; }
    [[nodiscard]] const SegmentName& name() const { return name_; }
    // Stays open as long as somebody holds it.
    [[nodiscard]] const std::shared_ptr<const DiskFile>& file() const { return file_; }
    [[nodiscard]] Position end() const { return end_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::chrono::steady_clock::time_point first_numbers_at() const { return first_numbers_at_; }

  private:
    ActiveSegment(Disk& disk, Clocks& time, DiskFile file, const SegmentName& name)
        : disk_(&disk),
          time_(&time),
          file_(std::make_shared<const DiskFile>(std::move(file))),
          name_(name),
          end_(name.base) {}
    // Returns 0 or errno.
    int cut_back();

    Disk* disk_;
    Clocks* time_;
    std::shared_ptr<const DiskFile> file_;
    SegmentName name_;
    Position end_;
    std::uint64_t bytes_ = 0;  // of whole blocks
    bool torn_ = false;
    std::chrono::steady_clock::time_point first_numbers_at_;
};

struct ActiveSegment::Created {
    std::optional<ActiveSegment> segment;
    int error = 0;  // errno when there is none
};

}  // namespace tapferry
