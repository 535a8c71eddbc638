#include "agent/spool/position_slot.h"

#include <algorithm>
#include <cassert>
#include <initializer_list>
#include <span>

#include "agent/spool/crc32c.h"
#include "agent/spool/little_endian.h"

namespace tapferry {
namespace {

// Of a slot with late stretches: what does not know of them must not take it for a slot without.
constexpr std::array<std::uint8_t, 4> slot_magic_3{0xf5, 'T', 'P', '3'};
constexpr std::array<std::uint8_t, 4> slot_magic_2{0xf5, 'T', 'P', '2'};
constexpr std::array<std::uint8_t, 4> slot_magic_1{0xf5, 'T', 'P', '1'};
constexpr std::size_t generation_at = 8;
constexpr std::size_t incarnation_at = 16;
constexpr std::size_t start_at = 24;
constexpr std::size_t position_at = 32;
constexpr std::size_t highest_at = 40;
constexpr std::size_t totals_at = 48;
constexpr std::size_t lost_at = 112;
constexpr std::size_t given_up_at = 176;
constexpr std::size_t untold_at = 192;
constexpr std::size_t late_notices_at = 208;
constexpr std::size_t notices_at = 272;
constexpr std::size_t paired_at = 336;
constexpr std::size_t open_from_at = 344;
constexpr std::size_t open_at = 352;
constexpr std::size_t late_at = 360;
constexpr std::size_t late_bytes = 36;  // of one stretch
constexpr std::uint32_t given_up_bit = 1u << 31;
constexpr std::size_t crc_at = position_slot_bytes - 4;

// In the order in which a slot has them.
template <class Totals>
auto totals_in_order(Totals& t) {
    return std::array{&t.read,      &t.undecodable,   &t.filtered, &t.rendered,
                      &t.delivered, &t.dead_lettered, &t.records,  &t.repeated};
}

void store_numbers(std::uint8_t* at, std::initializer_list<std::uint64_t> numbers) {
    for (const std::uint64_t number : numbers) {
        store_le(at, number);
        at += sizeof number;
    }
}

void store_notices(std::uint8_t* at, const NoticeState& state) {
    const LedgerCounts& since = state.since;
    store_numbers(at, {state.incarnation, static_cast<std::uint64_t>(state.minute), since.read, since.lost,
                       since.undecodable, since.filtered, since.paired, since.rendered});
}

NoticeState load_notices(const std::uint8_t* at) {
    const auto number_at = [at](std::size_t index) { return load_le<std::uint64_t>(at + 8 * index); };
    return {number_at(0),
            static_cast<std::int64_t>(number_at(1)),
            {number_at(2), number_at(3), number_at(4), number_at(5), number_at(6), number_at(7)}};
}

void store_untold(std::uint8_t* at, const DeadEvents& untold) {
    constexpr std::uint64_t most = ~std::uint32_t{0};
    store_le(at, untold.last);
    store_le(at + 8, static_cast<std::uint32_t>(std::min(untold.events, most)));
    store_le(at + 12, static_cast<std::uint32_t>(std::min(untold.last - untold.first, most)));
}

DeadEvents load_untold(const std::uint8_t* at) {
    const auto last = load_le<std::uint64_t>(at);
    return {load_le<std::uint32_t>(at + 8),
            last - std::min<std::uint64_t>(last, load_le<std::uint32_t>(at + 12)), last};
}

void store_late(PositionSlotBytes& bytes, const std::vector<LateStretch>& late) {
    assert(late.size() <= most_late_stretches);
    std::uint8_t* at = &bytes[late_at];
    for (const LateStretch& stretch : late) {
        store_le(at, number(stretch.position));
        store_le(at + 8, number(stretch.to));
        store_le(at + 16, number(stretch.open_from));
        store_le(at + 24, stretch.notices.incarnation);
        store_le(at + 32, static_cast<std::uint32_t>(stretch.open) | (stretch.given_up ? given_up_bit : 0));
        at += late_bytes;
    }
    if (!late.empty()) store_notices(&bytes[late_notices_at], late.front().notices);
}

std::vector<LateStretch> load_late(const PositionSlotBytes& bytes) {
    std::vector<LateStretch> late;
    const std::uint8_t* at = &bytes[late_at];
    for (; late.size() < most_late_stretches; at += late_bytes) {
        LateStretch stretch;
        stretch.to = Position{load_le<std::uint64_t>(at + 8)};
        if (number(stretch.to) == 0) break;
        stretch.position = Position{load_le<std::uint64_t>(at)};
        stretch.open_from = Position{load_le<std::uint64_t>(at + 16)};
        stretch.notices.incarnation = load_le<std::uint64_t>(at + 24);
        const auto open = load_le<std::uint32_t>(at + 32);
        stretch.open = open & ~given_up_bit;
        stretch.given_up = (open & given_up_bit) != 0;
        late.push_back(stretch);
    }
    if (!late.empty()) late.front().notices = load_notices(&bytes[late_notices_at]);
    return late;
}

bool plausible(Position position) {
    return number(position) >= 1 && number(position) <= sequence_limit;
}

// Nobody gives up what was not there when it was saved.
bool plausible(const GivenUp& given_up, Position highest) {
    return plausible(given_up.from) && given_up.from <= given_up.to &&
           (given_up.to <= highest || given_up == GivenUp{});
}

// Queries have numbers before the place where they wait.
bool plausible_open(Position open_from, Position position, std::uint64_t open) {
    return plausible(open_from) && open_from <= position && open <= distance(open_from, position);
}

// Each is a stretch, and they stand in order before the position.
bool plausible(const std::vector<LateStretch>& late, Position position) {
    Position before = first_position;
    for (const LateStretch& stretch : late) {
        if (!plausible_open(stretch.open_from, stretch.position, stretch.open) || stretch.position < before ||
            stretch.to < stretch.position)
            return false;
        before = stretch.to;
    }
    return before <= position;
}

bool plausible(const SavedPosition& saved) {
    return plausible(saved.start) && plausible(saved.position) && plausible(saved.highest) &&
           plausible_open(saved.open_from, saved.position, saved.open) &&
           plausible(saved.given_up, std::max(saved.highest, saved.position)) &&
           plausible(saved.late, saved.position);
}

}  // namespace

PositionSlotBytes encode_position_slot(const PositionSlot& slot) {
    PositionSlotBytes bytes{};
    std::ranges::copy(slot.saved.late.empty() ? slot_magic_2 : slot_magic_3, bytes.begin());
    store_le(&bytes[generation_at], slot.generation);
    store_le(&bytes[incarnation_at], slot.saved.incarnation);
    store_le(&bytes[start_at], number(slot.saved.start));
    store_le(&bytes[position_at], number(slot.saved.position));
    store_le(&bytes[highest_at], number(slot.saved.highest));
    std::size_t at = totals_at;
    for (const std::uint64_t* total : totals_in_order(slot.saved.totals)) {
        store_le(&bytes[at], *total);
        at += sizeof *total;
    }
    for (std::size_t reason = 0; reason < loss_reason_count; ++reason) {
        store_le(&bytes[lost_at + 8 * reason], slot.saved.totals.lost[reason]);
    }
    store_numbers(&bytes[given_up_at], {number(slot.saved.given_up.from), number(slot.saved.given_up.to)});
    store_untold(&bytes[untold_at], slot.saved.untold);
    store_notices(&bytes[notices_at], slot.saved.notices);
    store_le(&bytes[paired_at], slot.saved.totals.paired);
    store_le(&bytes[open_from_at], number(slot.saved.open_from));
    store_le(&bytes[open_at], slot.saved.open);
    store_late(bytes, slot.saved.late);
    store_le(&bytes[crc_at], crc32c(std::span(bytes).first(crc_at)));
    return bytes;
}

std::optional<PositionSlot> decode_position_slot(const PositionSlotBytes& bytes) {
    const bool first_version = std::equal(slot_magic_1.begin(), slot_magic_1.end(), bytes.begin());
    const bool has_late = std::equal(slot_magic_3.begin(), slot_magic_3.end(), bytes.begin());
    if (!first_version && !has_late && !std::equal(slot_magic_2.begin(), slot_magic_2.end(), bytes.begin()))
        return std::nullopt;
    if (load_le<std::uint32_t>(&bytes[crc_at]) != crc32c(std::span(bytes).first(crc_at))) return std::nullopt;
    PositionSlot slot;
    SavedPosition& saved = slot.saved;
    const auto number_at = [&bytes](std::size_t place) { return load_le<std::uint64_t>(&bytes[place]); };
    slot.generation = number_at(generation_at);
    saved.incarnation = number_at(incarnation_at);
    saved.start = Position{number_at(start_at)};
    saved.position = Position{number_at(position_at)};
    saved.highest = Position{number_at(highest_at)};
    std::size_t at = totals_at;
    for (std::uint64_t* total : totals_in_order(saved.totals)) {
        *total = number_at(at);
        at += sizeof *total;
    }
    for (std::size_t reason = 0; reason < loss_reason_count; ++reason) {
        saved.totals.lost[reason] = number_at(lost_at + 8 * reason);
    }
    // An earlier version left these free.
    if (number_at(given_up_at) != 0)
        saved.given_up = {Position{number_at(given_up_at)}, Position{number_at(given_up_at + 8)}};
    saved.untold = load_untold(&bytes[untold_at]);
    saved.notices = load_notices(&bytes[notices_at]);
    saved.open_from = saved.position;
    if (!first_version) {
        saved.totals.paired = number_at(paired_at);
        saved.open_from = Position{number_at(open_from_at)};
        saved.open = number_at(open_at);
    }
    if (has_late) saved.late = load_late(bytes);
    if (slot.generation == 0 || slot.generation == ~std::uint64_t{0} || !plausible(saved))
        return std::nullopt;
    return slot;
}

}  // namespace tapferry
