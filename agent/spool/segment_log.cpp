#include "agent/spool/segment_log.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "agent/spool/compaction.h"
#include "agent/spool/death_point.h"
#include "agent/spool/directory_lock.h"
#include "agent/spool/disk.h"
#include "agent/spool/extent.h"

namespace tapferry {
namespace {

// Of a segment that holds nothing else.
constexpr std::uint64_t most_bytes_of_times = 64 * 1024;

FoundLog find_log_or_throw(const SpoolOptions& options, Disk& disk) {
    FoundLog found = find_log(options.directory, disk);
    if (found.error != 0) {
        throw SpoolError("spool " + options.directory.string() +
                         ": cannot read it: " + std::generic_category().message(found.error));
    }
    return found;
}

}  // namespace

SegmentLog::SegmentLog(const SpoolOptions& options, Disk& disk, Clocks& time, std::uint64_t incarnation)
    : options_(options),
      disk_(disk),
      time_(time),
      lock_(lock_directory(options.directory, disk)),
      incarnation_(incarnation),
      opened_at_(time.wall()),
      opened_(time.steady()) {
    death_point("recovery.locked");
    remove_rewritten(options_.directory, disk_);
    FoundLog found = find_log_or_throw(options_, disk_);
    for (SealedSegment& segment : found.segments) {
        if (segment.newest == Timestamp{}) segment.newest = opened_at_;
    }
    sealed_.emplace(options_.directory, disk_, found.segments);
    found_end_ = found.end;
    death_point("recovery.found");
    tail_ = std::make_shared<SpoolTail>(options_.tail_bytes, found_end_);
    tail_->set_removed_before(sealed_->begin_or(found_end_));
    publish();
    floor_ = choose_floor();
    if (options_.sync) sync_.emplace(options_.directory, disk_, *options_.sync);
}

SegmentLog::~SegmentLog() {
    // A segment without numbers stays: its name says how far the log is.
    if (!active_ || !active_->has_numbers()) return;
    const auto file = active_->file();
    static_cast<void>(std::move(*active_).seal(false));
    if (sync_) sync_->wrote(file);
}

int SegmentLog::begin_segment(bool doubtful) {
    const Position base = end();
    ActiveSegment::Created created =
        ActiveSegment::create(options_.directory, disk_, time_, {base, incarnation_});
    if (!created.segment) return created.error;
    announced_.clear();
    announced_all_.reset();
    if (active_) death_point("roll.created");
    if (sync_) sync_->made(created.segment->file());
    const std::lock_guard guard(sealed_mutex_);
    if (active_) {
        const auto file = active_->file();
        SealedSegment sealed = std::move(*active_).seal(doubtful);
        sealed.newest = now();
        sealed_->add(sealed);
        if (sync_ && !doubtful) sync_->wrote(file);
    }
    active_ = std::move(created.segment);
    active_base_ = base;
    active_bytes_.store(0, std::memory_order_relaxed);
    publish();
    return 0;
}

int SegmentLog::write(BlockHeader header, std::span<const std::uint8_t> body) {
    const int error = active_->append(header, body);
    active_bytes_.store(active_->bytes(), std::memory_order_relaxed);
    if (error == 0 && sync_) sync_->wrote(active_->file());
    return error;
}

int SegmentLog::append(const BlockHeader& header, std::span<const std::uint8_t> body,
                       const std::shared_ptr<const StreamNames>& streams) {
    if (!active_ || (active_->torn() && active_->has_numbers())) {
        if (const int error = begin_segment()) return error;
    }
    if (header.base > active_->end()) {
        if (const int error = write_gap(header.base, header.received)) return error;
    }
    if (streams != announced_all_) {
        if (const int error = announce(*streams, header.received)) return error;
        announced_all_ = streams;
    }
    return write(header, body);
}

int SegmentLog::write_gap(Position to, Timestamp received) {
    const auto body = encode_gap(LossReason::disk);
    BlockHeader header = header_for(BlockType::gap, body);
    header.base = active_->end();
    header.count = distance(active_->end(), to);
    header.received = received;
    death_point("gap.before_write");
    return write(header, body);
}

int SegmentLog::announce(const StreamNames& streams, Timestamp received) {
    for (const auto& [number, stream] : streams) {
        if (announced_.contains(number)) continue;
        BlockHeader header = header_for(BlockType::stream, stream->body);
        header.base = active_->end();
        header.received = received;
        if (const int error = write(header, stream->body)) return error;
        announced_.insert(number);
    }
    return 0;
}

// One without numbers is cut back before the next append, and has this one's name.
int SegmentLog::renew() {
    if (active_ && !active_->has_numbers()) return 0;
    return begin_segment();
}

bool SegmentLog::append_time(const BlockHeader& header) {
    if (!active_ || active_->torn() || header.base != active_->end()) return false;
    // It is not worth a frame, nor a long segment without any.
    if (bytes() + block_header_bytes > options_.max_bytes) return false;
    if (!active_->has_numbers() && active_->bytes() >= std::min(most_bytes_of_times, options_.max_bytes / 8))
        return false;
    return write(header, {}) == 0;
}

bool SegmentLog::vanished() {
    if (!active_) return false;
    const DiskResult opened = disk_.open(options_.directory / file_name(active_->name()), O_RDONLY);
    if (opened.ok()) const DiskFile closed(disk_, static_cast<int>(opened.value));
    return opened.error == ENOENT || opened.error == ENOTDIR;
}

int SegmentLog::begin_anew() {
    found_end_ = end();
    active_.reset();
    // The old lock is on a file that may be gone; and if it is not, it would be in the way.
    lock_ = DiskFile();
    try {
        lock_ = lock_directory(options_.directory, disk_);
    } catch (const SpoolError&) {
        return ENOENT;
    }
    const SegmentListing listing = list_segments(options_.directory, disk_);
    if (listing.error != 0) return listing.error;
    {
        const std::lock_guard guard(sealed_mutex_);
        active_base_.reset();
        sealed_->keep_only(listing.segments);
        publish();
    }
    return begin_segment();
}

int SegmentLog::take_doubt() {
    int error = 0;
    while (const auto failure = sync_ ? sync_->take_failure() : std::nullopt) {
        error = failure->error;
        const bool of_active = active_ && (failure->file == nullptr || failure->file == active_->file());
        if (of_active && active_->has_numbers()) static_cast<void>(begin_segment(true));
    }
    return error;
}

Timestamp SegmentLog::now() const {
    const auto passed = std::chrono::floor<std::chrono::seconds>(time_.steady() - opened_);
    return {opened_at_.seconds + passed.count(), opened_at_.nanoseconds};
}

// Under sealed_mutex_, but for the constructor.
void SegmentLog::publish() {
    const Position begin = sealed_->begin_or(active_base_.value_or(found_end_));
    begin_.store(number(begin), std::memory_order_release);
    sealed_bytes_.store(sealed_->bytes(), std::memory_order_relaxed);
}

std::vector<SealedSegment> SegmentLog::sealed() const {
    const std::lock_guard guard(sealed_mutex_);
    const auto& list = sealed_->list();
    return {list.begin(), list.end()};
}

int SegmentLog::replace(const SegmentName& name, const std::filesystem::path& path, std::uint64_t bytes) {
    const std::lock_guard guard(sealed_mutex_);
    const int error = sealed_->replace(name, path, bytes);
    publish();
    return error;
}

}  // namespace tapferry
