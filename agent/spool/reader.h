// Reads the log from a position on, block by block, beside the thread that appends. It holds its own
// descriptors and needs no Spool: `tail` uses it on the directory of a running agent. One that a Spool made
// takes the newest blocks from memory. What it cannot read it skips, and says exactly how many frames that
// were.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "agent/spool/spool_read.h"

namespace tapferry {

class Disk;
class SpoolTail;  // agent/spool/tail.h: the newest blocks, in memory

class SpoolReader {
  public:
    // `from` may lie before the log's beginning (the first read is then a gap of reason retention) or in a
    // block's middle.
    SpoolReader(std::filesystem::path directory, Disk& disk, Position from,
                std::shared_ptr<const SpoolTail> tail = nullptr);
    ~SpoolReader();
    SpoolReader(SpoolReader&&) noexcept;
    SpoolReader& operator=(SpoolReader&&) noexcept;

    // The next block, gap, notice or time; the position moves past it.
    [[nodiscard]] SpoolRead next();
    [[nodiscard]] Position position() const;
    // Goes to another place, back too (a retry reads its stretch again).
    void seek(Position);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// Where the log in `directory` begins and ends as its files say, without a lock; for commands beside a
// running agent.
struct SpoolExtent {
    Position begin{};
    Position end{};
    std::uint64_t bytes = 0;
    std::size_t segments = 0;
};
SpoolExtent spool_extent(const std::filesystem::path& directory, Disk& disk);

}  // namespace tapferry
