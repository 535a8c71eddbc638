#include "agent/spool/spool.h"

#include <atomic>
#include <cassert>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <random>
#include <system_error>

#include "agent/spool/death_point.h"
#include "agent/spool/disk.h"
#include "agent/spool/open_streams.h"
#include "agent/spool/reader.h"
#include "agent/spool/segment_log.h"

namespace tapferry {
namespace {

constexpr std::string_view too_little_free = "less than spool.min_free_bytes is free there";

std::uint64_t draw_incarnation() {
    std::random_device source;
    std::uint64_t incarnation = 0;
    while (incarnation == 0) incarnation = (std::uint64_t{source()} << 32) | source();
    return incarnation;
}

bool disk_is_full(int error) {
    return error == ENOSPC || error == EDQUOT;
}

}  // namespace

struct Spool::Parts {
    Parts(SpoolOptions its_options, Disk& its_disk, Clocks& its_time)
        : options(std::move(its_options)),
          disk(&its_disk),
          time(&its_time),
          incarnation(options.incarnation == 0 ? draw_incarnation() : options.incarnation),
          log(options, its_disk, its_time, incarnation),
          tail(&log.tail()) {}

    const SpoolOptions options;
    Disk* disk;
    Clocks* time;
    const std::uint64_t incarnation;
    std::atomic<std::uint64_t> end{1};
    std::atomic<int> waiting_for_time{0};  // readers

    // The appending thread's.
    SegmentLog log;
    SpoolTail* tail;
    OpenStreams streams;
    std::string trouble;    // not empty: blocks go to memory alone
    bool vanished = false;  // because the log's directory is not there
    std::chrono::steady_clock::time_point look_at{};

    std::mutex end_mutex;
    std::condition_variable end_moved;
    std::uint64_t wakes = 0;

    void recover(Position highest_known);
    [[nodiscard]] AppendOutcome put(BlockType type, std::uint64_t count, std::span<const std::uint8_t> body,
                                    Timestamp received);
    [[nodiscard]] int write(const BlockHeader& header, std::span<const std::uint8_t> body,
                            const std::shared_ptr<const StreamNames>& names);
    [[nodiscard]] BlockHeader next_header(BlockType type, std::span<const std::uint8_t> body,
                                          Timestamp received) const;
    void lose_disk(int error);
    void lose_disk(std::string why);
    bool look_for_disk(bool now);
    void publish_end(Position position);
};

Spool::Spool(SpoolOptions options, Disk& disk, Position highest_known, Clocks& time)
    : parts_(std::make_unique<Parts>(std::move(options), disk, time)) {
    parts_->recover(highest_known);
}

Spool::~Spool() {
    // What is in memory alone goes with it, unless the disk is back this moment.
    if (!parts_->trouble.empty()) parts_->look_for_disk(true);
}

void Spool::Parts::recover(Position highest_known) {
    if (number(highest_known) > sequence_limit)
        throw SpoolError("a saved position is beyond every spool's end");
    end = number(log.end());
    const int error = log.begin_segment();
    if (error != 0 && !disk_is_full(error)) {
        throw SpoolError("spool " + options.directory.string() +
                         ": cannot make a segment: " + std::generic_category().message(error));
    }
    if (error != 0) lose_disk(error);
    const Position found_end = log.end();
    if (highest_known <= found_end) return;
    // Whatever is full: these numbers must not be given again.
    const auto body = encode_gap(LossReason::power);
    BlockHeader header = next_header(BlockType::gap, body, time->wall());
    header.count = distance(found_end, highest_known);
    death_point("gap.before_write");
    if (trouble.empty()) {
        if (const int not_written = log.append(header, body, streams.names())) lose_disk(not_written);
    }
    tail->put(header, body, streams.names(), trouble.empty());
    publish_end(header.end());
}

BlockHeader Spool::Parts::next_header(BlockType type, std::span<const std::uint8_t> body,
                                      Timestamp received) const {
    BlockHeader header = header_for(type, body);
    header.incarnation = incarnation;
    header.base = Position{end.load(std::memory_order_relaxed)};
    header.received = received;
    return header;
}

// Into memory in any case, and to the disk if there is one.
AppendOutcome Spool::Parts::put(BlockType type, std::uint64_t count, std::span<const std::uint8_t> body,
                                Timestamp received) {
    if (!trouble.empty()) look_for_disk(false);
    BlockHeader header = next_header(type, body, received);
    header.count = count;
    const auto& names = streams.names();
    if (trouble.empty() && !log.keep_free_for(header.whole_length())) lose_disk(std::string(too_little_free));
    if (trouble.empty()) {
        const int error = write(header, body, names);
        if (error == ENOBUFS) return {false, error, true};
        if (error != 0) lose_disk(error);
    }
    const bool on_disk = trouble.empty();
    if (!on_disk && options.when_full == WhenFull::drop_newest && !tail->has_room(body.size()))
        return {false, ENOSPC, false};
    tail->put(header, body, names, on_disk);
    publish_end(header.end());
    return {true, 0, false};
}

// What may be done about an error at once is done: make room, or leave the segment for another.
int Spool::Parts::write(const BlockHeader& header, std::span<const std::uint8_t> body,
                        const std::shared_ptr<const StreamNames>& names) {
    if (const int error = log.make_room(header.whole_length(), streams.bytes())) return error;
    const int error = log.append(header, body, names);
    if (error == 0) return 0;
    if (disk_is_full(error) ? !log.drop_oldest() : log.renew() != 0) return error;
    return log.append(header, body, names);
}

void Spool::Parts::lose_disk(int error) {
    lose_disk(std::generic_category().message(error));
}

void Spool::Parts::lose_disk(std::string why) {
    trouble = std::move(why);
    look_at = time->steady() + options.disk_retry;
}

// Goes on on the disk, if it is there again, with all that is in memory alone.
bool Spool::Parts::look_for_disk(bool now) {
    if (!now && time->steady() < look_at) return false;
    look_at = time->steady() + options.disk_retry;
    if (!log.keep_free()) return false;
    vanished = vanished || log.vanished();
    int error = vanished ? ENOENT : log.renew();
    if (error == ENOENT) {
        error = log.begin_anew();
        // Half of that is no new beginning: the log would go on with what is gone.
        vanished = error != 0;
    }
    if (error != 0) return false;
    while (const auto block = tail->first_unwritten()) {
        if (write(block->header, block->body, block->streams) != 0) return false;
        tail->wrote_first();
    }
    trouble.clear();
    return true;
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
    parts_->streams.open(stream, input, peer);
}

void Spool::close_stream(std::uint32_t stream) {
    parts_->streams.close(stream);
}

AppendOutcome Spool::append(const BlockBuilder& block, Timestamp received) {
    assert(!block.empty());
    if (block.body().size() > max_block_body_bytes) return {false, EMSGSIZE, false};
    return parts_->put(BlockType::frames, block.count(), block.body(), received);
}

AppendOutcome Spool::append_notice(const Notice& notice, std::string_view input, Timestamp received) {
    return parts_->put(BlockType::notice, 1, encode_notice(notice, input), received);
}

bool Spool::append_time(Timestamp received) {
    Parts& p = *parts_;
    if (p.waiting_for_time == 0) return false;
    const BlockHeader header = p.next_header(BlockType::time, {}, received);
    const bool on_disk = p.trouble.empty();
    // Neither on the disk nor in memory is it worth a frame.
    if (on_disk ? !p.log.append_time(header) : !p.tail->has_room(0)) return false;
    p.tail->put(header, {}, p.streams.names(), on_disk);
    return true;
}

void Spool::tick() {
    Parts& p = *parts_;
    if (!p.trouble.empty()) {
        p.look_for_disk(false);
        return;
    }
    p.log.drop_aged();
    if (!p.log.keep_free()) return p.lose_disk(std::string(too_little_free));
    if (p.log.vanished()) {
        p.vanished = true;
        p.lose_disk("its directory, or the file that is written, is gone");
        p.look_at = {};
        return;
    }
    static_cast<void>(p.log.roll_when_old());
}

const std::string& Spool::trouble() const {
    return parts_->trouble;
}

std::optional<std::string> Spool::take_doubt() {
    const int error = parts_->log.take_doubt();
    if (error == 0) return std::nullopt;
    return "what was written last may not survive a power failure: fsync says " +
           std::generic_category().message(error) + "; a new segment is begun";
}

Position Spool::begin() const {
    return parts_->log.begin();
}

Position Spool::removed_before() const {
    return parts_->log.tail().removed_before();
}
Position Spool::end() const {
    return Position{parts_->end.load(std::memory_order_acquire)};
}
std::uint64_t Spool::incarnation() const {
    return parts_->incarnation;
}
std::uint64_t Spool::bytes() const {
    return parts_->log.bytes();
}
std::uint64_t Spool::floor() const {
    return parts_->log.floor();
}

SpoolReader Spool::reader(Position from) const {
    return SpoolReader(parts_->options.directory, *parts_->disk, from, parts_->log.shared_tail());
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
    parts_->log.trim(position);
}

std::vector<SealedSegment> Spool::sealed() const {
    return parts_->log.sealed();
}

int Spool::replace(const SegmentName& name, const std::filesystem::path& path, std::uint64_t bytes) {
    return parts_->log.replace(name, path, bytes);
}

const std::filesystem::path& Spool::directory() const {
    return parts_->options.directory;
}

}  // namespace tapferry
