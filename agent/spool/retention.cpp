// What of a SegmentLog goes, and when: its limits of bytes and age, the disk's free space, and what every
// route has passed.
#include <algorithm>
#include <cerrno>

#include "agent/spool/disk.h"
#include "agent/spool/segment_log.h"

namespace tapferry {
namespace {

// A log of max_bytes keeps at least this many segments, so that retention takes a part of it and not all.
constexpr std::uint64_t min_segments = 4;

// Once there was too little, so much more must be free before it is enough again: one eighth.
constexpr std::uint64_t ease = 8;

// So many bytes may be written, according to what is to be free, before that is looked at once more.
constexpr std::uint64_t least_unwatched = 64 << 10;
constexpr std::uint64_t most_unwatched = 1 << 20;

}  // namespace

bool SegmentLog::old() const {
    return active_ && active_->has_numbers() &&
           time_.steady() - active_->first_numbers_at() >= options_.segment_age;
}

int SegmentLog::roll_when_old() {
    return old() ? begin_segment() : 0;
}

int SegmentLog::make_room(std::uint64_t length, std::uint64_t stream_bytes) {
    const std::uint64_t segment_bytes = std::min(options_.segment_bytes, options_.max_bytes / min_segments);
    const bool too_long = active_ && active_->has_numbers() && active_->bytes() + length > segment_bytes;
    if (too_long || old()) {
        // The old one goes on for as long again, when its directory takes no other.
        const int error = begin_segment();
        if (error != 0 && error != ENOSPC && error != EDQUOT && active_->bytes() + length > 2 * segment_bytes)
            return error;
    }
    // A segment may begin with a gap and all streams, and end with a seal.
    length += 3 * block_header_bytes + stream_bytes;
    while (bytes() + length > options_.max_bytes) {
        if (options_.when_full == WhenFull::drop_newest) return ENOBUFS;
        if (drop_oldest()) continue;
        if (!active_ || !active_->has_numbers() || begin_segment() != 0) break;
    }
    return 0;
}

// Under sealed_mutex_. Readers that find nothing there must know why before it is gone.
bool SegmentLog::unlink_oldest(SealedSegments::Readers readers) {
    // Without an active segment the newest sealed one is what says how far the log is.
    if (sealed_->size() <= spared()) return false;
    const Position before = tail_->removed_before();
    tail_->set_removed_before(std::max(before, sealed_->oldest().end));
    if (!sealed_->unlink_oldest(readers)) {
        tail_->set_removed_before(before);
        return false;
    }
    publish();
    tail_->drop_before(begin());
    return true;
}

bool SegmentLog::drop_oldest() {
    if (options_.when_full == WhenFull::drop_newest) return false;
    const std::lock_guard guard(sealed_mutex_);
    return unlink_oldest(SealedSegments::Readers::lose_it);
}

void SegmentLog::drop_aged() {
    if (options_.max_age.count() == 0) return;
    const std::int64_t oldest =
        now().seconds - std::chrono::floor<std::chrono::seconds>(options_.max_age).count();
    const std::lock_guard guard(sealed_mutex_);
    while (sealed_->size() > spared() && sealed_->oldest().newest.seconds <= oldest) {
        if (!unlink_oldest(SealedSegments::Readers::lose_it)) return;
    }
}

void SegmentLog::trim(Position position) {
    const std::lock_guard guard(sealed_mutex_);
    while (sealed_->size() > spared() && sealed_->oldest().end <= position) {
        if (!unlink_oldest(SealedSegments::Readers::keep_it)) return;
    }
}

// On a disk that has less than min_free_bytes to begin with, half of what there is: what is there already of
// the log counts as free, so that a restart does not halve it again.
std::uint64_t SegmentLog::choose_floor() const {
    if (options_.min_free_bytes == 0) return 0;
    const DiskResult free = disk_.free_bytes(options_.directory);
    if (!free.ok()) return options_.min_free_bytes;
    return std::min(options_.min_free_bytes, (static_cast<std::uint64_t>(free.value) + bytes()) / 2);
}

bool SegmentLog::keep_free_for(std::uint64_t length) {
    unwatched_ += length;
    return unwatched_ < std::clamp(floor_ / ease, least_unwatched, most_unwatched) || keep_free();
}

// What is removed may be free a little later: no more is removed at once than is missing.
bool SegmentLog::keep_free() {
    unwatched_ = 0;
    if (floor_ == 0) return true;
    const DiskResult result = disk_.free_bytes(options_.directory);
    // Where the directory was, there is nothing that takes up room.
    if (!result.ok()) return result.error == ENOENT || !low_;
    const auto free = static_cast<std::uint64_t>(result.value);
    if (free >= floor_) {
        if (free >= floor_ + floor_ / ease) low_ = false;
        return !low_;
    }
    const std::uint64_t before = bytes();
    while (before - bytes() < floor_ - free) {
        if (!drop_oldest()) {
            low_ = true;
            break;
        }
    }
    return !low_;
}

}  // namespace tapferry
