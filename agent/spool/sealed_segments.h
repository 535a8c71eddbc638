// The sealed segments of a Spool and their files, oldest first. Under the Spool's lock.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <vector>

#include "agent/spool/active_segment.h"

namespace tapferry {

class SealedSegments {
  public:
    SealedSegments(std::filesystem::path directory, Disk& disk, const std::vector<SealedSegment>& found);

    void add(const SealedSegment& segment);
    // Unlinks the oldest. False when there is none or it cannot be unlinked.
    enum class Readers : std::uint8_t { keep_it, lose_it };  // those that have it open
    bool unlink_oldest(Readers readers);
    // Forgets those that are not among `names`, which are in order: somebody else removed them.
    void keep_only(const std::vector<SegmentName>& names);

    // The file at `path`, of so many bytes, takes the place of a segment's; returns 0, or errno with the old
    // one in its place. ENOENT: the segment is not among these any more.
    [[nodiscard]] int replace(const SegmentName& name, const std::filesystem::path& path,
                              std::uint64_t bytes);

    [[nodiscard]] const SealedSegment& oldest() const { return segments_.front(); }
    [[nodiscard]] const std::deque<SealedSegment>& list() const { return segments_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return segments_.size(); }
    [[nodiscard]] Position begin_or(Position otherwise) const {
        return segments_.empty() ? otherwise : segments_.front().name.base;
    }

  private:
    std::filesystem::path directory_;
    Disk* disk_;
    std::deque<SealedSegment> segments_;
    std::uint64_t bytes_ = 0;
};

}  // namespace tapferry
