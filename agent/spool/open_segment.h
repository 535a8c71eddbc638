// The segment that a SpoolReader is in: its blocks, what follows it, and places to go back to. The reader's.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "agent/spool/block_format.h"
#include "agent/spool/segment_name.h"
#include "agent/spool/segment_reader.h"

namespace tapferry {

struct OpenSegment {
    OpenSegment(const SegmentName& its_name, SegmentReader its_blocks)
        : name(its_name), blocks(std::move(its_blocks)) {}

    // Past a block. What has long been on the disk need not stay in the cache.
    void pass(const BlockHeader& header);
    // Remembers where the block at the offset is.
    void mark(Position base);
    // To a block that is not behind this position, which is in the segment.
    void go_back(Position position);

    [[nodiscard]] Growth growth() const {
        return successor && successor->base > name.base ? Growth::complete : Growth::growing;
    }

    SegmentName name;
    SegmentReader blocks;
    std::optional<SegmentName> successor;  // once known
    bool has_numbers = false;              // a block that takes numbers was seen in it
    bool sought = true;                    // the position may lie many blocks ahead
    std::optional<Position> seal;

  private:
    // So that going back a little does not begin at the segment's start.
    struct Mark {
        Position base{};
        std::uint64_t offset = 0;
    };
    std::vector<Mark> marks_;
};

}  // namespace tapferry
