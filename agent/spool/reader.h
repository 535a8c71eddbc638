// Reads the log from a position on, block by block, beside the thread that appends. It holds its own
// descriptors and needs no Spool: `tail` uses it on the directory of a running agent. One that a Spool made
// takes the newest blocks from memory. What it cannot read it skips, and says exactly how many frames that
// were.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "agent/spool/position.h"
#include "proto/event.h"

namespace tapferry {

// Why frames that had a number cannot be read.
enum class LossReason : std::uint8_t {
    retention,  // removed because the spool was full
    damage,     // bytes on the disk do not match their checksum
    power,      // appended, but not on the disk after a power failure
    disk,       // appended while there was no disk, or gone with it
    purge,      // given up for a destination by `tapferry spool purge`; only in saved positions
};
inline constexpr std::size_t loss_reason_count = 5;
std::string_view loss_reason_name(LossReason);

// One frame of a block. Views live until the reader's next call.
struct SpoolFrame {
    Position position{};
    std::string_view input;  // of the stream it came by; empty when that is not known
    std::span<const std::uint8_t> bytes;
};

// Frames of one block, from the reader's position on. Valid until the reader's next call.
struct SpoolBlock {
    std::uint64_t incarnation = 0;
    Timestamp received;                  // of the block: when its frames were read, within 20 ms
    std::span<const SpoolFrame> frames;  // at least one
};

// Frames [from, to) are not there.
struct SpoolGap {
    Position from{};
    Position to{};
    LossReason reason = LossReason::damage;
};

// Nothing came until then. No frame: the position stays. Times at one position only grow.
struct SpoolTime {
    Timestamp received;
};

// There is nothing beyond the position yet.
struct SpoolEnd {};

using SpoolRead = std::variant<SpoolBlock, SpoolGap, SpoolTime, SpoolEnd>;

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

    // The next block, gap or time; the position moves past it.
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
