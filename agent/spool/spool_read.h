// What a reader of the log meets: frames, gaps, notices of intake, and how time passes.
#pragma once

#include <cstdint>
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

// What intake has to tell, at a position of its own. Views live until the reader's next call.
struct SpoolNotice {
    std::uint64_t incarnation = 0;
    Position position{};
    Timestamp received;
    std::string_view input;  // that it is about; empty: none
    Notice notice;
};

// As an event, which views it.
Event event_of(const SpoolNotice&);

// There is nothing beyond the position yet.
struct SpoolEnd {};

using SpoolRead = std::variant<SpoolBlock, SpoolGap, SpoolNotice, SpoolTime, SpoolEnd>;

}  // namespace tapferry
