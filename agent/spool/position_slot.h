// One slot of a position file: a saved position as bytes, as FORMAT.md describes them. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "agent/spool/saved_position.h"

namespace tapferry {

inline constexpr std::size_t position_slot_bytes = 512;
using PositionSlotBytes = std::array<std::uint8_t, position_slot_bytes>;

struct PositionSlot {
    std::uint64_t generation = 0;  // of two slots the one that was written later has the higher; from 1
    SavedPosition saved;
};

[[nodiscard]] PositionSlotBytes encode_position_slot(const PositionSlot& slot);
// None: it is not sound, or no position that there can be.
[[nodiscard]] std::optional<PositionSlot> decode_position_slot(const PositionSlotBytes& bytes);

}  // namespace tapferry
