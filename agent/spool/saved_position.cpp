#include "agent/spool/saved_position.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "agent/spool/death_point.h"
#include "agent/spool/disk.h"
#include "agent/spool/position_slot.h"
#include "agent/spool/spool.h"

namespace tapferry {
namespace {

constexpr std::array<std::uint64_t, 2> slot_offsets{0, 4096};

struct FoundSlots {
    std::optional<PositionSlot> newest;
    std::size_t older = 0;  // the slot that is to be overwritten
    bool used = false;      // there was something, sound or not
};

FoundSlots read_slots(Disk& disk, int fd) {
    FoundSlots found;
    for (std::size_t i = 0; i < slot_offsets.size(); ++i) {
        PositionSlotBytes bytes{};
        const DiskResult read = read_fully(disk, fd, slot_offsets[i], bytes);
        found.used = found.used || !read.ok() ||
                     std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != 0; });
        const auto slot = decode_position_slot(bytes);
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

LateStretch divide(LateStretch& stretch, Position at) {
    LateStretch rest;
    rest.position = rest.open_from = at;
    rest.to = std::exchange(stretch.to, at);
    rest.notices.incarnation = stretch.notices.incarnation;
    return rest;
}

GivenUpLate give_up(LateStretch& stretch, Position begin, bool has_room) {
    GivenUpLate done;
    const bool begins_dropped = stretch.position < std::min(begin, stretch.to);
    if (stretch.given_up || (begins_dropped && (stretch.to <= begin || !has_room))) return done;
    if (begins_dropped) done.rest = divide(stretch, begin);
    LateStretch& given_up = done.rest ? *done.rest : stretch;
    given_up.given_up = true;
    done.frames = distance(given_up.position, given_up.to) + given_up.open;
    return done;
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

void DeadEvents::add(const DeadEvents& more) {
    if (more.events == 0) return;
    first = events == 0 ? more.first : std::min(first, more.first);
    last = std::max(last, more.last);
    events += more.events;
}

Position needed_from(const SavedPosition& saved) {
    Position from = saved.given_up.covers(saved.position) ? saved.given_up.to : saved.open_from;
    for (const LateStretch& stretch : saved.late)
        from = std::min(from, stretch.given_up ? stretch.to : stretch.open_from);
    return from;
}

std::uint64_t given_up_ahead(const SavedPosition& saved) {
    const Position from = std::max(saved.position, saved.given_up.from);
    std::uint64_t frames = from < saved.given_up.to ? distance(from, saved.given_up.to) : 0;
    for (const LateStretch& stretch : saved.late)
        if (stretch.given_up) frames += distance(stretch.position, stretch.to);
    return frames;
}

std::uint64_t dropped_ahead(const SavedPosition& saved, Position read, Position late_read, Position begin) {
    const auto between = [](Position from, Position to) { return from < to ? distance(from, to) : 0; };
    const Position from = std::max(saved.position, read);
    const GivenUp& given_up = saved.given_up;
    std::uint64_t frames = between(from, begin);
    frames -= between(std::max(from, given_up.from), std::min(begin, given_up.to));
    bool first = true;
    for (const LateStretch& stretch : saved.late) {
        const Position read_up_to = std::exchange(first, false) ? late_read : first_position;
        if (stretch.given_up) continue;
        frames += between(std::max(stretch.position, read_up_to), std::min(stretch.to, begin));
    }
    return frames;
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
    Disk* disk;
    std::filesystem::path path;
    DiskFile file;
    std::uint64_t generation = 0;  // of the slot that counts
    std::size_t older = 0;         // the slot that save() overwrites
    bool damaged = false;
    bool made_anew = false;

    [[nodiscard]] DiskResult open();
    [[nodiscard]] DiskResult write_to_its_end();
    // It was removed meanwhile: what is saved from now on shall be found all the same.
    [[nodiscard]] DiskResult make_anew();
};

DiskResult PositionFile::Parts::open() {
    const DiskResult opened = disk->open(path, O_RDWR | O_CREAT);
    if (opened.ok()) file = DiskFile(*disk, static_cast<int>(opened.value));
    return opened;
}

// Both areas are written once, so that their blocks are the file's own and saving needs no space. A power
// failure may have cut one.
DiskResult PositionFile::Parts::write_to_its_end() {
    const DiskResult size = disk->size(file.fd());
    for (const std::uint64_t offset : slot_offsets) {
        const std::uint64_t end = offset + position_slot_bytes;
        const std::uint64_t from = std::max(offset, static_cast<std::uint64_t>(size.value));
        if (!size.ok() || from >= end) continue;
        const PositionSlotBytes zeros{};
        const DiskResult written = write_fully(*disk, file.fd(), from, std::span(zeros).last(end - from));
        // One that was begun would look like a damaged one at the next start.
        if (!written.ok() && size.value == 0) static_cast<void>(disk->unlink(path));
        if (!written.ok()) return written;
    }
    return {};
}

DiskResult PositionFile::Parts::make_anew() {
    static_cast<void>(disk->make_directory(path.parent_path()));
    DiskResult result = open();
    if (result.ok()) result = write_to_its_end();
    made_anew = made_anew || result.ok();
    return result;
}

PositionFile::PositionFile(std::filesystem::path path, Disk& disk)
    : parts_(std::make_unique<Parts>(Parts{&disk, std::move(path), {}})) {
    if (const DiskResult opened = parts_->open(); !opened.ok())
        throw SpoolError("cannot open " + parts_->path.string() + ": " +
                         std::generic_category().message(opened.error) +
                         "; it must be a file that the user who runs tapferry may write");
    if (const DiskResult written = parts_->write_to_its_end(); !written.ok())
        throw SpoolError("cannot write " + parts_->path.string() + ": " +
                         std::generic_category().message(written.error) +
                         "; the state directory needs a few MiB to begin with: make room on its disk");
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

bool PositionFile::take_made_anew() {
    return std::exchange(parts_->made_anew, false);
}

bool PositionFile::save(const SavedPosition& saved) {
    const DiskResult links = parts_->disk->links(parts_->file.fd());
    if (links.ok() && links.value == 0) {
        if (const DiskResult made = parts_->make_anew(); !made.ok()) {
            errno = made.error;
            return false;
        }
    }
    const PositionSlotBytes bytes = encode_position_slot({parts_->generation + 1, saved});
    const int fd = parts_->file.fd();
    const std::uint64_t offset = slot_offsets[parts_->older];
    death_point("position.before_write");
    if (about_to_die("position.half_written"))
        parts_->disk->write_at(fd, offset, std::span(bytes).first(position_slot_bytes / 2), {});
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
