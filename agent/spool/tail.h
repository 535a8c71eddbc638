// The newest blocks of the log, in memory: what readers that keep up are given without touching the disk, and
// where the log goes on while there is no disk. The appending thread puts blocks in; any SpoolReader that a
// Spool made takes them. A block never changes while somebody holds it.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "agent/spool/block_format.h"
#include "agent/spool/open_streams.h"

namespace tapferry {

struct TailBlock {
    BlockHeader header;
    std::vector<std::uint8_t> body;
    std::shared_ptr<const StreamNames> streams;  // open when it was appended
};

class SpoolTail {
  public:
    // A log that ends at `end`; memory for so many bytes of blocks, and for one block whatever its length.
    SpoolTail(std::size_t most_bytes, Position end);

    // By the appending thread. The block's base is the tail's end. When there is no room the oldest go, and
    // of those that are not on the disk the oldest are then lost to it.
    void put(const BlockHeader& header, std::span<const std::uint8_t> body,
             const std::shared_ptr<const StreamNames>& streams, bool on_disk);
    // Whether put() of so long a body would lose nothing that is not on the disk.
    [[nodiscard]] bool has_room(std::size_t length) const;
    // The oldest block that is not on the disk, or null; and: now it is.
    [[nodiscard]] std::shared_ptr<const TailBlock> first_unwritten() const;
    void wrote_first();
    // Drops blocks that are on the disk and end at or before `position`.
    void drop_before(Position position);

    // By any thread. What lies before this is gone from the disk because the Spool removed it. It is told
    // before it is done, under the Spool's lock, and taken back when it could not be done.
    void set_removed_before(Position position) {
        removed_before_.store(number(position), std::memory_order_release);
    }
    [[nodiscard]] Position removed_before() const {
        return Position{removed_before_.load(std::memory_order_acquire)};
    }

    struct Found {
        std::shared_ptr<const TailBlock> block;  // null: none at the position
        std::uint64_t serial = 0;                // of the block
        bool beyond = false;                     // the position is the log's end
        Position begin{};                        // of what is in memory
        Position disk_end{};                     // nothing from here on is on the disk
    };
    // The block that has the position, or the first block without numbers that stands at it. `serial`: of the
    // block that follows the one read last; 0 when there was none.
    [[nodiscard]] Found find(Position position, std::uint64_t serial) const;
    // Where the log ended when this Spool opened it: what stands at this position may be in older files.
    [[nodiscard]] Position opened_at() const { return opened_at_; }

  private:
    [[nodiscard]] Position begin() const;
    void drop_front();

    const std::size_t most_bytes_;
    const Position opened_at_;
    std::atomic<std::uint64_t> removed_before_{1};

    mutable std::mutex mutex_;
    std::deque<std::shared_ptr<const TailBlock>> blocks_;
    std::uint64_t front_serial_ = 1;
    std::size_t bytes_ = 0;
    std::size_t unwritten_ = 0;  // blocks at the back
    Position end_;
    Position disk_end_;
};

}  // namespace tapferry
