#include "agent/spool/reader.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/spool/disk.h"
#include "agent/spool/little_endian.h"
#include "agent/spool/packed_frames.h"
#include "agent/spool/segment_name.h"
#include "agent/spool/segment_reader.h"

namespace tapferry {
namespace {

// A place remembered in the current segment, so that going back a little does not begin at its start.
struct Mark {
    Position base{};
    std::uint64_t offset = 0;
};
constexpr std::uint64_t mark_every_bytes = 256 * 1024;

// Segments vanish by retention while one is looked for; beyond this many in a row the next call goes on.
constexpr int max_vanished = 64;

struct OpenSegment {
    OpenSegment(const SegmentName& its_name, SegmentReader its_blocks)
        : name(its_name), blocks(std::move(its_blocks)) {}

    SegmentName name;
    SegmentReader blocks;
    std::optional<SegmentName> successor;  // once known
    bool listed = true;                    // when the successor was found
    bool has_numbers = false;              // a block that takes numbers was seen in it
    bool sought = true;                    // the position may lie many blocks ahead
    std::optional<Position> seal;
    std::vector<Mark> marks;

    [[nodiscard]] Growth growth() const {
        return successor && successor->base > name.base ? Growth::complete : Growth::growing;
    }
};

// Why the segments of one base were read a second time: there was nothing behind them, or there was.
enum class Round : std::uint8_t { none, at_end, before_next };

}  // namespace

std::string_view loss_reason_name(LossReason reason) {
    switch (reason) {
        case LossReason::retention:
            return "retention";
        case LossReason::damage:
            return "damage";
        case LossReason::power:
            return "power";
        case LossReason::purge:
            return "purge";
    }
    return "damage";
}

struct SpoolReader::Parts {
    Parts(std::filesystem::path its_directory, Disk& its_disk, Position from)
        : directory(std::move(its_directory)), disk(&its_disk), position(std::max(from, first_position)) {}

    std::filesystem::path directory;
    Disk* disk;
    Position position;
    std::optional<OpenSegment> segment;
    std::unordered_map<std::uint32_t, std::string> inputs;  // by stream, of the segment's incarnation
    FrameUnpacker unpacked;  // blocks of the compressed one that the segment's offset is behind
    std::vector<SpoolFrame> frames;
    std::optional<Timestamp> told_time;  // at this position
    Round went_round = Round::none;      // in this call of next()

    // Each gives what next() returns, or none: go on.
    std::optional<SpoolRead> locate();
    std::optional<SpoolRead> open(const SegmentName& name);
    std::optional<SpoolRead> take(const SoundBlock& block);
    std::optional<SpoolRead> unpack(const SoundBlock& block);
    std::optional<SpoolRead> take_frames(const SoundBlock& block);
    std::optional<SpoolRead> take_time(const SoundBlock& block);
    std::optional<SpoolRead> pass_lost(const BlockHeader& header, LossReason reason);
    std::optional<SpoolRead> leave();

    SpoolGap gap_until(Position to, LossReason reason);
    bool find_successor();
    bool parse_frames(const SoundBlock& block);
    void remember_stream(const SoundBlock& block);
    void pass(const BlockHeader& header);
    void mark(Position base);
};

SpoolReader::SpoolReader(std::filesystem::path directory, Disk& disk, Position from)
    : parts_(std::make_unique<Parts>(std::move(directory), disk, from)) {}
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
        std::optional<SpoolRead> result;
        if (const auto block = p.unpacked.next()) {
            result = p.take_frames(*block);
            if (result) return *result;
            continue;
        }
        if (!p.segment) {
            result = p.locate();
            if (result) return *result;
        }
        OpenSegment& segment = *p.segment;
        if (segment.sought && segment.blocks.skip_before(p.position)) segment.has_numbers = true;
        const SegmentRead read = segment.blocks.read(segment.growth());
        if (const auto* sound = std::get_if<SoundBlock>(&read)) {
            result = p.take(*sound);
        } else if (const auto* bad = std::get_if<BadBlock>(&read)) {
            result = p.pass_lost(bad->header, LossReason::damage);
        } else {
            result = p.leave();
        }
        if (result) return *result;
    }
}

void SpoolReader::seek(Position position) {
    Parts& p = *parts_;
    position = std::max(position, first_position);
    const bool back_in_segment = p.segment && position >= p.segment->name.base && position <= p.position;
    p.position = position;
    p.told_time.reset();
    p.unpacked.clear();
    if (!back_in_segment) {
        p.segment.reset();
        return;
    }
    const auto& marks = p.segment->marks;
    // Times may stand in front of the block that a mark of this very position is at.
    const auto behind = std::ranges::lower_bound(marks, position, {}, &Mark::base);
    p.segment->blocks.rewind(behind == marks.begin() ? 0 : std::prev(behind)->offset);
    p.segment->sought = true;
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
            if (oldest > position) return gap_until(oldest, LossReason::retention);
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
    segment.emplace(name, SegmentReader(*disk, std::move(file), name));
    inputs.clear();
    return std::nullopt;
}

std::optional<SpoolRead> SpoolReader::Parts::take(const SoundBlock& block) {
    const BlockHeader& header = block.header;
    // The block stays where it is, for the next call.
    if (header.base > position) return gap_until(header.base, LossReason::damage);
    switch (header.type) {
        case BlockType::frames:
            mark(header.base);
            pass(header);
            return take_frames(block);
        case BlockType::zstd:
            return unpack(block);
        case BlockType::gap:
            return pass_lost(header, decode_gap(block.body).value_or(LossReason::damage));
        case BlockType::stream:
            remember_stream(block);
            break;
        case BlockType::seal:
            segment->seal = header.base;
            break;
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
    mark(header.base);
    pass(header);
    return std::nullopt;
}

// Of a block that was passed already.
std::optional<SpoolRead> SpoolReader::Parts::take_frames(const SoundBlock& block) {
    const BlockHeader& header = block.header;
    if (header.end() <= position) return std::nullopt;
    if (!parse_frames(block)) return gap_until(header.end(), LossReason::damage);
    const std::span<const SpoolFrame> from_position =
        std::span<const SpoolFrame>(frames).subspan(distance(header.base, position));
    position = header.end();
    told_time.reset();
    segment->sought = false;
    return SpoolBlock{header.incarnation, header.received, from_position};
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

// A body whose checksum is right and whose frames are not was written wrongly: it is damage all the same.
bool SpoolReader::Parts::parse_frames(const SoundBlock& block) {
    frames.clear();
    std::span<const std::uint8_t> rest = block.body;
    if (block.header.count > rest.size() / frame_prefix_bytes) return false;
    std::optional<std::uint32_t> last_stream;
    std::string_view input;
    for (std::uint64_t i = 0; i < block.header.count; ++i) {
        if (rest.size() < frame_prefix_bytes) return false;
        const auto stream = load_le<std::uint32_t>(rest.data());
        const auto length = load_le<std::uint32_t>(rest.data() + 4);
        rest = rest.subspan(frame_prefix_bytes);
        if (length > rest.size()) return false;
        if (stream != last_stream) {
            const auto known = inputs.find(stream);
            input = known == inputs.end() ? std::string_view{} : std::string_view(known->second);
            last_stream = stream;
        }
        frames.push_back({block.header.base + i, input, rest.first(length)});
        rest = rest.subspan(length);
    }
    return rest.empty();
}

void SpoolReader::Parts::remember_stream(const SoundBlock& block) {
    if (const auto information = decode_stream(block.body)) inputs[information->stream] = information->input;
}

void SpoolReader::Parts::pass(const BlockHeader& header) {
    if (header.count > 0) segment->has_numbers = true;
    segment->blocks.pass(header);
}

// Remembers where the block at the offset is.
void SpoolReader::Parts::mark(Position base) {
    auto& marks = segment->marks;
    const std::uint64_t offset = segment->blocks.offset();
    if (marks.empty() || offset >= marks.back().offset + mark_every_bytes) marks.push_back({base, offset});
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

// The segment has nothing more. Goes to the next one when there is one; what is missing in between is lost.
std::optional<SpoolRead> SpoolReader::Parts::leave() {
    if (!segment->successor) {
        // Its last blocks may have been written just before the next segment was made: it is read once more.
        if (find_successor()) return std::nullopt;
        return SpoolEnd{};
    }
    const SegmentName next = *segment->successor;
    if (position < next.base) {
        const bool removed = !segment->listed || segment->seal == position;
        return gap_until(next.base, removed ? LossReason::retention : LossReason::damage);
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
    const bool one_of_several = std::ranges::any_of(listing.segments, [&](const SegmentName& name) {
        return name.base == current.base && name != current;
    });
    if (!segment->has_numbers && one_of_several && (none || next->base > current.base)) {
        // One that was read before this one may have got numbers since: once from the first of them again.
        const Round round = none ? Round::at_end : Round::before_next;
        if (went_round < round) {
            went_round = round;
            segment.reset();
            return true;
        }
    }
    if (none) return false;
    segment->successor = *next;
    segment->listed = std::ranges::binary_search(listing.segments, current);
    return true;
}

}  // namespace tapferry
