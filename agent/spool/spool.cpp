#include "agent/spool/spool.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <system_error>

#include "agent/spool/active_segment.h"
#include "agent/spool/compaction.h"
#include "agent/spool/directory_lock.h"
#include "agent/spool/disk.h"
#include "agent/spool/extent.h"
#include "agent/spool/sealed_segments.h"

namespace tapferry {
namespace {

// A log of max_bytes keeps at least this many segments, so that retention takes a part of it and not all.
constexpr std::uint64_t min_segments = 4;

// Of a segment that holds nothing else.
constexpr std::uint64_t most_bytes_of_times = 64 * 1024;

std::uint64_t draw_incarnation() {
    std::random_device source;
    std::uint64_t incarnation = 0;
    while (incarnation == 0) incarnation = (std::uint64_t{source()} << 32) | source();
    return incarnation;
}

Timestamp wall_clock() {
    using namespace std::chrono;
    const auto now = system_clock::now().time_since_epoch();
    const auto whole = floor<seconds>(now);
    return {whole.count(), static_cast<std::uint32_t>(duration_cast<nanoseconds>(now - whole).count())};
}

bool disk_is_full(int error) {
    return error == ENOSPC || error == EDQUOT;
}

FoundLog find_log_or_throw(const SpoolOptions& options, Disk& disk) {
    FoundLog found = find_log(options.directory, disk);
    if (found.error != 0) {
        throw SpoolError("spool " + options.directory.string() +
                         ": cannot read it: " + std::generic_category().message(found.error));
    }
    return found;
}

}  // namespace

struct Spool::Parts {
    Parts(SpoolOptions its_options, Disk& its_disk)
        : options(std::move(its_options)),
          disk(&its_disk),
          lock(lock_directory(options.directory, its_disk)),
          incarnation(options.incarnation != 0 ? options.incarnation : draw_incarnation()) {}

    const SpoolOptions options;
    Disk* disk;
    DiskFile lock;
    const std::uint64_t incarnation;
    std::atomic<std::uint64_t> begin{1};
    std::atomic<std::uint64_t> end{1};
    std::atomic<std::uint64_t> active_bytes{0};
    std::atomic<std::uint64_t> sealed_bytes{0};
    std::atomic<int> waiting_for_time{0};  // readers

    // The appending thread's.
    std::optional<ActiveSegment> active;
    Position found_end = first_position;  // where earlier runs' segments end
    Position pending_gap_end{};           // a gap block up to here is still to be written
    std::map<std::uint32_t, std::vector<std::uint8_t>> streams;  // open ones, as their blocks' bodies
    std::set<std::uint32_t> announced;                           // of those: in the active segment
    std::uint64_t stream_bytes = 0;                              // of the blocks of all open ones

    std::mutex sealed_mutex;
    std::optional<SealedSegments> sealed;
    std::optional<Position> active_base;

    std::mutex end_mutex;
    std::condition_variable end_moved;
    std::uint64_t wakes = 0;

    void recover(Position highest_known);
    [[nodiscard]] int begin_segment();
    [[nodiscard]] int write(BlockHeader header, std::span<const std::uint8_t> body, Timestamp received);
    [[nodiscard]] int write_pending(Timestamp received);
    [[nodiscard]] int append(const BlockBuilder& block, Timestamp received);
    [[nodiscard]] bool old() const;
    [[nodiscard]] int make_room(std::uint64_t length);
    bool drop_oldest();
    [[nodiscard]] std::uint64_t bytes() const {
        return active_bytes.load(std::memory_order_relaxed) + sealed_bytes.load(std::memory_order_relaxed);
    }
    void publish_sealed();
    void publish_end(Position position);
};

Spool::Spool(SpoolOptions options, Disk& disk, Position highest_known)
    : parts_(std::make_unique<Parts>(std::move(options), disk)) {
    parts_->recover(highest_known);
}

Spool::~Spool() {
    Parts& p = *parts_;
    // A segment without numbers stays: its name says how far the log is.
    if (p.active && p.active->has_numbers()) static_cast<void>(std::move(*p.active).seal(wall_clock()));
}

void Spool::Parts::recover(Position highest_known) {
    if (number(highest_known) > sequence_limit)
        throw SpoolError("a saved position is beyond every spool's end");
    remove_rewritten(options.directory, *disk);
    const FoundLog found = find_log_or_throw(options, *disk);
    sealed.emplace(options.directory, *disk, found.segments);
    found_end = found.end;
    end = number(found.end);
    const int error = begin_segment();
    if (error != 0 && !disk_is_full(error)) {
        throw SpoolError("spool " + options.directory.string() +
                         ": cannot make a segment: " + std::generic_category().message(error));
    }
    if (highest_known > found.end) {
        pending_gap_end = highest_known;
        // On a full disk it is written before the next frames.
        if (active) static_cast<void>(write_pending(wall_clock()));
        end = number(highest_known);
    }
    const std::lock_guard guard(sealed_mutex);
    publish_sealed();
}

// Makes a new active segment and seals the one before it, in this order: the highest base never falls.
int Spool::Parts::begin_segment() {
    const Position base = active ? active->end() : found_end;
    ActiveSegment::Created created = ActiveSegment::create(options.directory, *disk, {base, incarnation});
    if (!created.segment) return created.error;
    announced.clear();
    const std::lock_guard guard(sealed_mutex);
    if (active) sealed->add(std::move(*active).seal(wall_clock()));
    active = std::move(created.segment);
    active_base = base;
    active_bytes.store(0, std::memory_order_relaxed);
    publish_sealed();
    return 0;
}

int Spool::Parts::write(BlockHeader header, std::span<const std::uint8_t> body, Timestamp received) {
    header.base = active->end();
    header.received = received;
    const int error = active->append(header, body);
    active_bytes.store(active->bytes(), std::memory_order_relaxed);
    return error;
}

// What has to stand in the active segment before the next frames.
int Spool::Parts::write_pending(Timestamp received) {
    if (pending_gap_end > active->end()) {
        const auto body = encode_gap(LossReason::power);
        BlockHeader header = header_for(BlockType::gap, body);
        header.count = distance(active->end(), pending_gap_end);
        if (const int error = write(header, body, received)) return error;
    }
    for (const auto& [stream, body] : streams) {
        if (announced.contains(stream)) continue;
        if (const int error = write(header_for(BlockType::stream, body), body, received)) return error;
        announced.insert(stream);
    }
    return 0;
}

int Spool::Parts::append(const BlockBuilder& block, Timestamp received) {
    if (!active || (active->torn() && active->has_numbers())) {
        const int error = begin_segment();
        if (error != 0 && !active) return error;
    }
    if (announced.size() != streams.size() || pending_gap_end > active->end()) {
        if (const int error = write_pending(received)) return error;
    }
    BlockHeader header = header_for(BlockType::frames, block.body());
    header.count = block.count();
    return write(header, block.body(), received);
}

bool Spool::Parts::old() const {
    return active && active->has_numbers() &&
           std::chrono::steady_clock::now() - active->first_numbers_at() >= options.segment_age;
}

// Rolls and drops what max_bytes asks for before a block of `length` bytes is appended. An error when a
// segment has to end and none can follow: its directory may be gone.
int Spool::Parts::make_room(std::uint64_t length) {
    const std::uint64_t segment_bytes = std::min(options.segment_bytes, options.max_bytes / min_segments);
    const bool too_long = active && active->has_numbers() && active->bytes() + length > segment_bytes;
    if (too_long || old()) {
        // The old one goes on for as long again.
        const int error = begin_segment();
        if (error != 0 && !disk_is_full(error) && active->bytes() + length > 2 * segment_bytes) return error;
    }
    // A segment may begin with a gap and all streams, and end with a seal.
    length += 3 * block_header_bytes + stream_bytes;
    while (bytes() + length > options.max_bytes) {
        if (drop_oldest()) continue;
        if (!active || !active->has_numbers() || begin_segment() != 0) break;
    }
    return 0;
}

bool Spool::Parts::drop_oldest() {
    const std::lock_guard guard(sealed_mutex);
    // Without an active segment the newest sealed one is what says how far the log is.
    if (!active_base && sealed->size() <= 1) return false;
    const bool dropped = sealed->unlink_oldest();
    publish_sealed();
    return dropped;
}

// Under sealed_mutex.
void Spool::Parts::publish_sealed() {
    begin.store(number(sealed->begin_or(active_base.value_or(found_end))), std::memory_order_release);
    sealed_bytes.store(sealed->bytes(), std::memory_order_relaxed);
}

void Spool::Parts::publish_end(Position position) {
    end.store(number(position), std::memory_order_release);
    {
        // A thread that has found nothing new is asleep before this lock is had.
        const std::lock_guard guard(end_mutex);
    }
    end_moved.notify_all();
}

void Spool::open_stream(std::uint32_t stream, std::string_view input, std::string_view peer) {
    close_stream(stream);
    const auto opened = parts_->streams.emplace(stream, encode_stream({stream, input, peer})).first;
    parts_->stream_bytes += block_header_bytes + opened->second.size();
}

void Spool::close_stream(std::uint32_t stream) {
    const auto open = parts_->streams.find(stream);
    if (open == parts_->streams.end()) return;
    parts_->stream_bytes -= block_header_bytes + open->second.size();
    parts_->streams.erase(open);
    parts_->announced.erase(stream);
}

AppendOutcome Spool::append(const BlockBuilder& block, Timestamp received) {
    assert(!block.empty());
    Parts& p = *parts_;
    if (block.body().size() > max_block_body_bytes) return {false, EMSGSIZE};
    if (const int error = p.make_room(block_header_bytes + block.body().size())) return {false, error};
    int error = p.append(block, received);
    if (disk_is_full(error) && p.drop_oldest()) error = p.append(block, received);
    if (error != 0) return {false, error};
    p.publish_end(p.active->end());
    return {true, 0};
}

bool Spool::append_time(Timestamp received) {
    Parts& p = *parts_;
    if (p.waiting_for_time == 0 || !p.active || p.active->torn() || p.pending_gap_end > p.active->end())
        return false;
    // It is not worth a frame, nor a long segment without any.
    if (p.bytes() + block_header_bytes > p.options.max_bytes) return false;
    if (!p.active->has_numbers() &&
        p.active->bytes() >= std::min(most_bytes_of_times, p.options.max_bytes / 8))
        return false;
    return p.write(header_for(BlockType::time, {}), {}, received) == 0;
}

void Spool::roll_when_old() {
    if (!parts_->old()) return;
    static_cast<void>(parts_->begin_segment());
}

Position Spool::begin() const {
    return Position{parts_->begin.load(std::memory_order_acquire)};
}
Position Spool::end() const {
    return Position{parts_->end.load(std::memory_order_acquire)};
}
std::uint64_t Spool::incarnation() const {
    return parts_->incarnation;
}
std::uint64_t Spool::bytes() const {
    return parts_->bytes();
}

void Spool::wait_for_time(bool waits) {
    parts_->waiting_for_time += waits ? 1 : -1;
}

bool Spool::wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const {
    Parts& p = *parts_;
    if (end() > position) return true;
    std::unique_lock lock(p.end_mutex);
    const std::uint64_t wakes_before = p.wakes;
    p.end_moved.wait_until(lock, deadline, [&] { return end() > position || p.wakes != wakes_before; });
    return end() > position;
}

void Spool::wake_all() {
    {
        const std::lock_guard guard(parts_->end_mutex);
        ++parts_->wakes;
    }
    parts_->end_moved.notify_all();
}

void Spool::trim(Position position) {
    Parts& p = *parts_;
    const std::lock_guard guard(p.sealed_mutex);
    p.sealed->unlink_before(position, p.active_base ? 0 : 1);
    p.publish_sealed();
}

std::vector<SealedSegment> Spool::sealed() const {
    const std::lock_guard guard(parts_->sealed_mutex);
    const auto& list = parts_->sealed->list();
    return {list.begin(), list.end()};
}

int Spool::replace(const SegmentName& name, const std::filesystem::path& path, std::uint64_t bytes) {
    const std::lock_guard guard(parts_->sealed_mutex);
    const int error = parts_->sealed->replace(name, path, bytes);
    parts_->publish_sealed();
    return error;
}

const std::filesystem::path& Spool::directory() const {
    return parts_->options.directory;
}

}  // namespace tapferry
