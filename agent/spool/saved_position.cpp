#include "agent/spool/saved_position.h"

#include <fcntl.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <span>
#include <string>
#include <system_error>

#include "agent/spool/crc32c.h"
#include "agent/spool/death_point.h"
#include "agent/spool/disk.h"
#include "agent/spool/little_endian.h"
#include "agent/spool/spool.h"

namespace tapferry {
namespace {

constexpr std::size_t slot_bytes = 512;
constexpr std::array<std::uint64_t, 2> slot_offsets{0, 4096};
// Of a slot with late stretches: what does not know of them must not take it for a slot without.
constexpr std::array<std::uint8_t, 4> slot_magic_3{0xf5, 'T', 'P', '3'};
constexpr std::array<std::uint8_t, 4> slot_magic{0xf5, 'T', 'P', '2'};
constexpr std::array<std::uint8_t, 4> slot_magic_1{0xf5, 'T', 'P', '1'};
constexpr std::size_t generation_at = 8;
constexpr std::size_t incarnation_at = 16;
constexpr std::size_t start_at = 24;
constexpr std::size_t position_at = 32;
constexpr std::size_t highest_at = 40;
constexpr std::size_t totals_at = 48;
constexpr std::size_t lost_at = 112;
constexpr std::size_t late_notices_at = 208;
constexpr std::size_t notices_at = 272;
constexpr std::size_t paired_at = 336;
constexpr std::size_t open_from_at = 344;
constexpr std::size_t open_at = 352;
constexpr std::size_t late_at = 360;
constexpr std::size_t late_bytes = 36;  // of one stretch
constexpr std::size_t crc_at = slot_bytes - 4;

using SlotBytes = std::array<std::uint8_t, slot_bytes>;

struct Slot {
    std::uint64_t generation = 0;
    SavedPosition saved;
};

// In the order in which a slot has them.
template <class Totals>
auto totals_in_order(Totals& t) {
    return std::array{&t.read,      &t.undecodable,   &t.filtered, &t.rendered,
                      &t.delivered, &t.dead_lettered, &t.records,  &t.repeated};
}

void store_notices(std::uint8_t* at, const NoticeState& state) {
    const LedgerCounts& since = state.since;
    for (const std::uint64_t value :
         {state.incarnation, static_cast<std::uint64_t>(state.minute), since.read, since.lost,
          since.undecodable, since.filtered, since.paired, since.rendered}) {
        store_le(at, value);
        at += sizeof value;
    }
}

NoticeState load_notices(const std::uint8_t* at) {
    const auto number_at = [at](std::size_t index) { return load_le<std::uint64_t>(at + 8 * index); };
    return {number_at(0),
            static_cast<std::int64_t>(number_at(1)),
            {number_at(2), number_at(3), number_at(4), number_at(5), number_at(6), number_at(7)}};
}

void store_late(SlotBytes& bytes, const std::vector<LateStretch>& late) {
    assert(late.size() <= most_late_stretches);
    std::uint8_t* at = &bytes[late_at];
    for (const LateStretch& stretch : late) {
        store_le(at, number(stretch.position));
        store_le(at + 8, number(stretch.to));
        store_le(at + 16, number(stretch.open_from));
        store_le(at + 24, stretch.notices.incarnation);
        store_le(at + 32, static_cast<std::uint32_t>(stretch.open));
        at += late_bytes;
    }
    if (!late.empty()) store_notices(&bytes[late_notices_at], late.front().notices);
}

std::vector<LateStretch> load_late(const SlotBytes& bytes) {
    std::vector<LateStretch> late;
    const std::uint8_t* at = &bytes[late_at];
    for (; late.size() < most_late_stretches; at += late_bytes) {
        LateStretch stretch;
        stretch.to = Position{load_le<std::uint64_t>(at + 8)};
        if (number(stretch.to) == 0) break;
        stretch.position = Position{load_le<std::uint64_t>(at)};
        stretch.open_from = Position{load_le<std::uint64_t>(at + 16)};
        stretch.notices.incarnation = load_le<std::uint64_t>(at + 24);
        stretch.open = load_le<std::uint32_t>(at + 32);
        late.push_back(stretch);
    }
    if (!late.empty()) late.front().notices = load_notices(&bytes[late_notices_at]);
    return late;
}

SlotBytes encode_slot(const Slot& slot) {
    SlotBytes bytes{};
    std::ranges::copy(slot.saved.late.empty() ? slot_magic : slot_magic_3, bytes.begin());
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
    store_notices(&bytes[notices_at], slot.saved.notices);
    store_le(&bytes[paired_at], slot.saved.totals.paired);
    store_le(&bytes[open_from_at], number(slot.saved.open_from));
    store_le(&bytes[open_at], slot.saved.open);
    store_late(bytes, slot.saved.late);
    store_le(&bytes[crc_at], crc32c(std::span(bytes).first(crc_at)));
    return bytes;
}

bool plausible(Position position) {
    return number(position) >= 1 && number(position) <= sequence_limit;
}

// Each is a stretch, and they stand in order before the position.
bool plausible(const std::vector<LateStretch>& late, Position position) {
    Position before = first_position;
    for (const LateStretch& stretch : late) {
        if (!plausible(stretch.open_from) || stretch.open_from > stretch.position ||
            stretch.position < before || stretch.to < stretch.position)
            return false;
        before = stretch.to;
    }
    return before <= position;
}

std::optional<Slot> decode_slot(const SlotBytes& bytes) {
    const bool first_version = std::equal(slot_magic_1.begin(), slot_magic_1.end(), bytes.begin());
    const bool has_late = std::equal(slot_magic_3.begin(), slot_magic_3.end(), bytes.begin());
    if (!first_version && !has_late && !std::equal(slot_magic.begin(), slot_magic.end(), bytes.begin()))
        return std::nullopt;
    if (load_le<std::uint32_t>(&bytes[crc_at]) != crc32c(std::span(bytes).first(crc_at))) return std::nullopt;
    Slot slot;
    slot.generation = load_le<std::uint64_t>(&bytes[generation_at]);
    slot.saved.incarnation = load_le<std::uint64_t>(&bytes[incarnation_at]);
    slot.saved.start = Position{load_le<std::uint64_t>(&bytes[start_at])};
    slot.saved.position = Position{load_le<std::uint64_t>(&bytes[position_at])};
    slot.saved.highest = Position{load_le<std::uint64_t>(&bytes[highest_at])};
    std::size_t at = totals_at;
    for (std::uint64_t* total : totals_in_order(slot.saved.totals)) {
        *total = load_le<std::uint64_t>(&bytes[at]);
        at += sizeof *total;
    }
    for (std::size_t reason = 0; reason < loss_reason_count; ++reason) {
        slot.saved.totals.lost[reason] = load_le<std::uint64_t>(&bytes[lost_at + 8 * reason]);
    }
    SavedPosition& saved = slot.saved;
    saved.notices = load_notices(&bytes[notices_at]);
    saved.open_from = saved.position;
    if (!first_version) {
        saved.totals.paired = load_le<std::uint64_t>(&bytes[paired_at]);
        saved.open_from = Position{load_le<std::uint64_t>(&bytes[open_from_at])};
        saved.open = load_le<std::uint64_t>(&bytes[open_at]);
    }
    if (has_late) saved.late = load_late(bytes);
    if (slot.generation == 0 || !plausible(saved.start) || !plausible(saved.position) ||
        !plausible(saved.highest) || !plausible(saved.open_from) || saved.open_from > saved.position ||
        !plausible(saved.late, saved.position)) {
        return std::nullopt;
    }
    return slot;
}

struct FoundSlots {
    std::optional<Slot> newest;
    std::size_t older = 0;  // the slot that is to be overwritten
    bool used = false;      // there was something, sound or not
};

FoundSlots read_slots(Disk& disk, int fd) {
    FoundSlots found;
    for (std::size_t i = 0; i < slot_offsets.size(); ++i) {
        SlotBytes bytes{};
        const DiskResult read = read_fully(disk, fd, slot_offsets[i], bytes);
        found.used = found.used || !read.ok() ||
                     std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != 0; });
        const auto slot = decode_slot(bytes);
        if (!slot || (found.newest && found.newest->generation >= slot->generation)) continue;
        found.newest = slot;
        found.older = 1 - i;
    }
    return found;
}

}  // namespace

LedgerCounts& operator+=(LedgerCounts& sum, const LedgerCounts& more) {
    sum.read += more.read;
    sum.lost += more.lost;
    sum.undecodable += more.undecodable;
    sum.filtered += more.filtered;
    sum.paired += more.paired;
    sum.rendered += more.rendered;
    return sum;
}

std::uint64_t late_frames(const SavedPosition& saved) {
    std::uint64_t frames = 0;
    for (const LateStretch& stretch : saved.late) frames += distance(stretch.position, stretch.to);
    return frames;
}

std::uint64_t all_open(const SavedPosition& saved) {
    std::uint64_t open = saved.open;
    for (const LateStretch& stretch : saved.late) open += stretch.open;
    return open;
}

Position needed_from(const SavedPosition& saved) {
    Position from = saved.open_from;
    for (const LateStretch& stretch : saved.late) from = std::min(from, stretch.open_from);
    return from;
}

std::optional<SavedPosition> read_saved_position(const std::filesystem::path& path, Disk& disk) {
    const DiskResult opened = disk.open(path, O_RDONLY);
    if (!opened.ok()) return std::nullopt;
    const DiskFile file(disk, static_cast<int>(opened.value));
    const FoundSlots found = read_slots(disk, file.fd());
    if (!found.newest) return std::nullopt;
    return found.newest->saved;
}

struct PositionFile::Parts {
    Parts(Disk& its_disk, DiskFile its_file) : disk(&its_disk), file(std::move(its_file)) {}

    Disk* disk;
    DiskFile file;
    std::uint64_t generation = 0;  // of the slot that counts
    std::size_t older = 0;         // the slot that save() overwrites
    bool damaged = false;
};

PositionFile::PositionFile(std::filesystem::path path, Disk& disk) {
    const DiskResult opened = disk.open(path, O_RDWR | O_CREAT);
    if (!opened.ok()) {
        throw SpoolError("cannot open " + path.string() + ": " +
                         std::generic_category().message(opened.error) +
                         "; it must be a file that the user who runs tapferry may write");
    }
    parts_ = std::make_unique<Parts>(disk, DiskFile(disk, static_cast<int>(opened.value)));
    // Both areas are written once, to their ends, so that their blocks are the file's own and saving needs no
    // space. A power failure may have cut one.
    const DiskResult size = disk.size(parts_->file.fd());
    for (const std::uint64_t offset : slot_offsets) {
        const std::uint64_t end = offset + slot_bytes;
        const std::uint64_t from = std::max(offset, static_cast<std::uint64_t>(size.value));
        if (!size.ok() || from >= end) continue;
        const SlotBytes zeros{};
        const DiskResult written =
            write_fully(disk, parts_->file.fd(), from, std::span(zeros).last(end - from));
        if (!written.ok()) {
            throw SpoolError("cannot write " + path.string() + ": " +
                             std::generic_category().message(written.error) +
                             "; the state directory needs a few MiB to begin with: make room on its disk");
        }
    }
    static_cast<void>(load());
}

PositionFile::~PositionFile() = default;
PositionFile::PositionFile(PositionFile&&) noexcept = default;

std::optional<SavedPosition> PositionFile::load() {
    const FoundSlots found = read_slots(*parts_->disk, parts_->file.fd());
    parts_->older = found.older;
    parts_->damaged = found.used && !found.newest;
    if (!found.newest) return std::nullopt;
    parts_->generation = found.newest->generation;
    return found.newest->saved;
}

bool PositionFile::damaged() const {
    return parts_->damaged;
}

bool PositionFile::save(const SavedPosition& saved) {
    const SlotBytes bytes = encode_slot({parts_->generation + 1, saved});
    const int fd = parts_->file.fd();
    const std::uint64_t offset = slot_offsets[parts_->older];
    death_point("position.before_write");
    if (about_to_die("position.half_written"))
        parts_->disk->write_at(fd, offset, std::span(bytes).first(slot_bytes / 2), {});
    death_point("position.half_written");
    const DiskResult written = write_fully(*parts_->disk, fd, offset, bytes);
    death_point("position.written");
    if (!written.ok()) {
        errno = written.error;
        return false;
    }
    ++parts_->generation;
    parts_->older = 1 - parts_->older;
    return true;
}

}  // namespace tapferry
