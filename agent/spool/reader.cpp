#include "agent/spool/reader.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "agent/spool/block_frames.h"
#include "agent/spool/disk.h"
#include "agent/spool/open_segment.h"
#include "agent/spool/packed_frames.h"
#include "agent/spool/segment_name.h"
#include "agent/spool/tail.h"

namespace tapferry {
namespace {

// Segments vanish by retention while one is looked for; beyond this many in a row the next call goes on.
constexpr int max_vanished = 64;

// Why the segments of one base were read a second time: there was nothing behind them, or there was.
enum class Round : std::uint8_t { none, at_end, before_next };

}  // namespace

struct SpoolReader::Parts {
    Parts(std::filesystem::path its_directory, Disk& its_disk, Position from,
          std::shared_ptr<const SpoolTail> its_tail)
        : directory(std::move(its_directory)),
          disk(&its_disk),
          tail(std::move(its_tail)),
          position(std::max(from, first_position)) {}

    std::filesystem::path directory;
    Disk* disk;
    std::shared_ptr<const SpoolTail> tail;  // may be null
    std::shared_ptr<const TailBlock> held;  // what was given last points into it
    std::uint64_t next_serial = 0;          // of the block behind it
    Position position;
    std::optional<OpenSegment> segment;
    FrameUnpacker unpacked;              // blocks of the compressed one that the segment's offset is behind
    BlockFrames frames;                  // with the streams of the segment, or of the block in memory
    std::optional<Timestamp> told_time;  // at this position
    Round went_round = Round::none;      // in this call of next()

    // Each gives what next() returns, or none: go on.
    std::optional<SpoolRead> read_tail();
    std::optional<SpoolRead> read_files();
    std::optional<SpoolRead> without_files();
    std::optional<SpoolRead> locate();
    std::optional<SpoolRead> open(const SegmentName& name);
    std::optional<SpoolRead> take(const SoundBlock& block);
    std::optional<SpoolRead> unpack(const SoundBlock& block);
    std::optional<SpoolRead> take_frames(const SoundBlock& block);
    std::optional<SpoolRead> take_notice(const SoundBlock& block);
    std::optional<SpoolRead> take_time(const SoundBlock& block);
    std::optional<SpoolRead> pass_lost(const BlockHeader& header, LossReason reason);
    std::optional<SpoolRead> leave();

    SpoolGap gap_until(Position to, LossReason reason);
    SpoolGap removed_until(Position to);
    bool find_successor();
    [[nodiscard]] bool is_listed(const SegmentName& name) const;
    void pass(const BlockHeader& header);
};

SpoolReader::SpoolReader(std::filesystem::path directory, Disk& disk, Position from,
                         std::shared_ptr<const SpoolTail> tail)
    : parts_(std::make_unique<Parts>(std::move(directory), disk, from, std::move(tail))) {}
SpoolReader::~SpoolReader() = default;
SpoolReader::SpoolReader(SpoolReader&&) noexcept = default;
SpoolReader& SpoolReader::operator=(SpoolReader&&) noexcept = default;

Position SpoolReader::position() const {
    return parts_->position;
}

SpoolRead SpoolReader::next() {
    Parts& p = *parts_;
    p.went_round = Round::none;
    for (;;) {
        // What stands where the log ended before this Spool opened it may be in files of earlier runs.
        const bool files_first = !p.tail || (p.position == p.tail->opened_at() && p.next_serial == 0);
        std::optional<SpoolRead> result = files_first ? std::nullopt : p.read_tail();
        if (!result) result = p.read_files();
        if (p.tail && result && std::holds_alternative<SpoolEnd>(*result)) result = p.without_files();
        if (result) return *result;
    }
}

// None: it is not in memory.
std::optional<SpoolRead> SpoolReader::Parts::read_tail() {
    for (;;) {
        const SpoolTail::Found found = tail->find(position, next_serial);
        if (found.beyond) return SpoolEnd{};
        if (!found.block) {
            if (position < found.disk_end) return std::nullopt;
            return gap_until(found.begin, LossReason::disk);
        }
        segment.reset();
        unpacked.clear();
        if (!held || held->streams != found.block->streams) frames.remember(*found.block->streams);
        held = found.block;
        next_serial = found.serial + 1;
        if (auto result = take({held->header, held->body})) return result;
    }
}

std::optional<SpoolRead> SpoolReader::Parts::read_files() {
    for (;;) {
        std::optional<SpoolRead> result;
        // What the log has dropped is lost, even while some of it is still at hand.
        if (tail && position < tail->removed_before()) {
            segment.reset();
            unpacked.clear();
        }
        if (const auto block = unpacked.next()) {
            result = take_frames(*block);
            if (result) return result;
            continue;
        }
        if (!segment) {
            result = locate();
            if (result) return result;
        }
        if (segment->sought && segment->blocks.skip_before(position)) segment->has_numbers = true;
        const SegmentRead read = segment->blocks.read(segment->growth());
        if (const auto* sound = std::get_if<SoundBlock>(&read)) {
            result = take(*sound);
        } else if (const auto* bad = std::get_if<BadBlock>(&read)) {
            result = pass_lost(bad->header, LossReason::damage);
        } else {
            result = leave();
        }
        if (result) return result;
    }
}

// The files have nothing more: memory may; or what was there is gone.
std::optional<SpoolRead> SpoolReader::Parts::without_files() {
    auto result = read_tail();
    if (result) return result;
    const SegmentListing listing = list_segments(directory, *disk);
    if (listing.error != 0 && listing.error != ENOENT && listing.error != ENOTDIR) return SpoolEnd{};
    const auto next = std::ranges::upper_bound(listing.segments, position, {}, &SegmentName::base);
    if (next != listing.segments.begin()) return SpoolEnd{};
    Position to = tail->find(position, 0).begin;
    if (next != listing.segments.end()) to = std::min(to, next->base);
    if (to <= position) return SpoolEnd{};
    segment.reset();
    return removed_until(to);
}

void SpoolReader::seek(Position position) {
    Parts& p = *parts_;
    position = std::max(position, first_position);
    const bool back_in_segment = p.segment && position >= p.segment->name.base && position <= p.position;
    p.position = position;
    p.told_time.reset();
    p.unpacked.clear();
    p.next_serial = 0;
    if (!back_in_segment) {
        p.segment.reset();
        return;
    }
    p.segment->go_back(position);
}

// Opens the segment that the position lies in, or the oldest when it lies before all.
std::optional<SpoolRead> SpoolReader::Parts::locate() {
    for (int vanished = 0; vanished < max_vanished; ++vanished) {
        SegmentListing listing = list_segments(directory, *disk);
        if (listing.segments.empty()) return SpoolEnd{};
        if (listing.segments.front().base > position) {
            // The listing may have missed a segment made before one that it has; a second cannot.
            listing = list_segments(directory, *disk);
            if (listing.error != 0 || listing.segments.empty()) return SpoolEnd{};
            const Position oldest = listing.segments.front().base;
            if (oldest > position) return removed_until(oldest);
        }
        const auto& segments = listing.segments;
        const auto behind = std::ranges::upper_bound(segments, position, {}, &SegmentName::base);
        const auto first =
            std::ranges::lower_bound(segments, std::prev(behind)->base, {}, &SegmentName::base);
        if (auto result = open(*first)) return result;
        if (segment) return std::nullopt;
    }
    return SpoolEnd{};
}

// Leaves `segment` empty when the file has vanished.
std::optional<SpoolRead> SpoolReader::Parts::open(const SegmentName& name) {
    const DiskResult opened = disk->open(directory / file_name(name), O_RDONLY);
    if (opened.error == ENOENT) {
        segment.reset();
        return std::nullopt;
    }
    if (!opened.ok()) return SpoolEnd{};
    DiskFile file(*disk, static_cast<int>(opened.value));
    disk->advise(file.fd(), 0, 0, CacheAdvice::sequential);
    segment.emplace(name, SegmentReader(*disk, std::move(file), name));
    frames.forget_streams();
    held.reset();
    return std::nullopt;
}

std::optional<SpoolRead> SpoolReader::Parts::take(const SoundBlock& block) {
    const BlockHeader& header = block.header;
    // The block stays where it is, for the next call.
    if (header.base > position) return gap_until(header.base, LossReason::damage);
    switch (header.type) {
        case BlockType::frames:
            if (segment) segment->mark(header.base);
            pass(header);
            return take_frames(block);
        case BlockType::zstd:
            return unpack(block);
        case BlockType::gap:
            return pass_lost(header, decode_gap(block.body).value_or(LossReason::damage));
        case BlockType::stream:
            frames.remember(block);
            break;
        case BlockType::seal:
            if (segment) segment->seal = header.base;
            break;
        case BlockType::notice:
            return take_notice(block);
        case BlockType::time:
            return take_time(block);
    }
    return pass_lost(header, LossReason::damage);
}

// What it holds is given block by block, as it was before it was compressed.
std::optional<SpoolRead> SpoolReader::Parts::unpack(const SoundBlock& block) {
    const BlockHeader& header = block.header;
    if (header.end() > position && !unpacked.open(header, block.body))
        return pass_lost(header, LossReason::damage);
    if (segment) segment->mark(header.base);
    pass(header);
    return std::nullopt;
}

// Of a block that was passed already.
std::optional<SpoolRead> SpoolReader::Parts::take_frames(const SoundBlock& block) {
    const BlockHeader& header = block.header;
    if (header.end() <= position) return std::nullopt;
    if (!frames.parse(block)) return gap_until(header.end(), LossReason::damage);
    const auto from_position = frames.frames_from(distance(header.base, position));
    position = header.end();
    told_time.reset();
    if (segment) segment->sought = false;
    return SpoolBlock{header.incarnation, header.received, from_position};
}

std::optional<SpoolRead> SpoolReader::Parts::take_notice(const SoundBlock& block) {
    const BlockHeader& header = block.header;
    const auto information = decode_notice(block.body);
    if (header.count != 1 || !information || header.end() <= position)
        return pass_lost(header, LossReason::damage);
    const SpoolNotice notice{header.incarnation, header.base, header.received, information->input,
                             information->notice};
    position = header.end();
    told_time.reset();
    pass(header);
    return notice;
}

// Empty segments may be read again and again while nothing follows them: each time is told once.
std::optional<SpoolRead> SpoolReader::Parts::take_time(const SoundBlock& block) {
    if (block.header.count != 0) return pass_lost(block.header, LossReason::damage);
    pass(block.header);
    const Timestamp received = block.header.received;
    if (block.header.base < position || (told_time && received <= *told_time)) return std::nullopt;
    told_time = received;
    return SpoolTime{received};
}

void SpoolReader::Parts::pass(const BlockHeader& header) {
    if (segment) segment->pass(header);  // else it is in memory
}

// Past a block none of whose numbers can be read; none are lost when it has none, or only earlier ones.
std::optional<SpoolRead> SpoolReader::Parts::pass_lost(const BlockHeader& header, LossReason reason) {
    if (header.base > position) return gap_until(header.base, LossReason::damage);
    pass(header);
    if (header.end() <= position) return std::nullopt;
    return gap_until(header.end(), reason);
}

SpoolGap SpoolReader::Parts::gap_until(Position to, LossReason reason) {
    const SpoolGap gap{position, to, reason};
    position = to;
    told_time.reset();
    return gap;
}

// Of segments that are not there: the Spool removed them, or somebody else did.
SpoolGap SpoolReader::Parts::removed_until(Position to) {
    if (!tail) return gap_until(to, LossReason::retention);
    if (const Position memory = tail->find(position, 0).begin; memory > position) to = std::min(to, memory);
    const Position removed = tail->removed_before();
    if (removed <= position) return gap_until(to, LossReason::disk);
    return gap_until(std::min(to, removed), LossReason::retention);
}

// The segment has nothing more. Goes to the next one when there is one; what is missing in between is lost.
std::optional<SpoolRead> SpoolReader::Parts::leave() {
    if (!segment->successor) {
        // Its last blocks may have been written just before the next segment was made: it is read once more.
        if (find_successor()) return std::nullopt;
        return SpoolEnd{};
    }
    const SegmentName next = *segment->successor;
    if (position < next.base) {
        const bool removed = segment->seal == position || !is_listed(segment->name);
        return removed ? removed_until(next.base) : gap_until(next.base, LossReason::damage);
    }
    return open(next);
}

// Whether there is something to go on with.
bool SpoolReader::Parts::find_successor() {
    const SegmentName& current = segment->name;
    // Of several segments with one base only one has numbers: when this one has, the others are passed over.
    const auto follows = [&](const SegmentName& name) {
        return segment->has_numbers ? name.base > current.base : name > current;
    };
    SegmentListing listing = list_segments(directory, *disk);
    auto next = std::ranges::find_if(listing.segments, follows);
    if (next != listing.segments.end() && next->base > position) {
        // The listing may have missed a segment made before one that it has; a second cannot.
        listing = list_segments(directory, *disk);
        next = std::ranges::find_if(listing.segments, follows);
    }
    const bool none = next == listing.segments.end() || listing.error != 0;
    const bool base_is_there =
        std::ranges::binary_search(listing.segments, current.base, {}, &SegmentName::base);
    if (!segment->has_numbers && base_is_there && (none || next->base > current.base)) {
        // One that was read before this one may have got numbers since, or another file this one's name, when
        // the directory was made anew: once from the first of them again.
        const Round round = none ? Round::at_end : Round::before_next;
        if (went_round < round) {
            went_round = round;
            segment.reset();
            return true;
        }
    }
    if (none) return false;
    segment->successor = *next;
    return true;
}

bool SpoolReader::Parts::is_listed(const SegmentName& name) const {
    return std::ranges::binary_search(list_segments(directory, *disk).segments, name);
}

}  // namespace tapferry
