#include "agent/spool/segment_check.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "agent/spool/disk.h"
#include "agent/spool/little_endian.h"
#include "agent/spool/packed_frames.h"
#include "agent/spool/segment_reader.h"

namespace tapferry {
namespace {

// Headers of one file, by reads of their own.
class Headers {
  public:
    Headers(Disk& disk, const DiskFile& file, const SegmentName& name)
        : disk_(disk),
          file_(file),
          name_(name),
          size_(static_cast<std::uint64_t>(disk.size(file.fd()).value)) {}

    [[nodiscard]] std::uint64_t size() const { return size_; }
    // None: there is no sound one, or its block is not all there.
    [[nodiscard]] std::optional<BlockHeader> at(std::uint64_t offset) const {
        BlockHeaderBytes bytes{};
        const DiskResult read = read_fully(disk_, file_.fd(), offset, bytes);
        if (!read.ok() || static_cast<std::size_t>(read.value) < bytes.size()) return std::nullopt;
        const auto header = decode_header(bytes, name_.incarnation);
        if (!header || header->base < name_.base || offset + header->whole_length() > size_)
            return std::nullopt;
        return header;
    }
    [[nodiscard]] std::uint32_t content_bytes(std::uint64_t offset) const {
        std::array<std::uint8_t, 4> bytes{};
        static_cast<void>(read_fully(disk_, file_.fd(), offset + block_header_bytes, bytes));
        return load_le<std::uint32_t>(bytes.data());
    }

  private:
    Disk& disk_;
    const DiskFile& file_;
    SegmentName name_;
    std::uint64_t size_;
};

void glance(const Headers& headers, SegmentGlance& segment) {
    segment.bytes = headers.size();
    const auto seal =
        headers.size() < block_header_bytes ? std::nullopt : headers.at(headers.size() - block_header_bytes);
    const bool sealed = seal && seal->type == BlockType::seal;
    for (std::uint64_t offset = 0;;) {
        const auto header = headers.at(offset);
        if (!header) break;
        segment.end = std::max(segment.end, header->end());
        segment.until = header->received;
        if (!segment.received && has_frames(header->type)) segment.received = header->received;
        if (header->type == BlockType::zstd) {
            segment.compressed = true;
            segment.content_bytes += headers.content_bytes(offset);
            segment.content_bytes -= header->whole_length();
        }
        offset += header->whole_length();
        if (sealed && segment.received && !segment.compressed) {
            segment.end = seal->base;
            segment.until = seal->received;
            break;
        }
    }
    segment.content_bytes += segment.bytes;
}

// Whether a body is so many frames and nothing else.
bool frames_fit(std::span<const std::uint8_t> body, std::uint64_t count) {
    for (; count > 0; --count) {
        if (body.size() < frame_prefix_bytes) return false;
        const auto length = load_le<std::uint32_t>(&body[4]);
        body = body.subspan(frame_prefix_bytes);
        if (length > body.size()) return false;
        body = body.subspan(length);
    }
    return body.empty();
}

class Checker {
  public:
    explicit Checker(LogCheck& check) : check_(check) {}

    // What `next` is to a reader: the base that follows, if there is one. False: it was asked to stop.
    bool segment(SegmentReader blocks, const SegmentName& name, std::optional<Position> next,
                 const std::function<bool(std::uint64_t)>& go_on) {
        if (expected_ < name.base) expected_ = name.base;
        segment_ = name;
        sealed_at_.reset();
        const std::uint64_t before = check_.bytes;
        for (;;) {
            const std::uint64_t offset = blocks.offset();
            const SegmentRead read = blocks.read(next ? Growth::complete : Growth::growing);
            if (std::holds_alternative<SegmentTail>(read)) break;
            const auto* sound = std::get_if<SoundBlock>(&read);
            const BlockHeader& header =
                sound != nullptr ? sound->header : std::get_if<BadBlock>(&read)->header;
            const bool jumped = blocks.offset() != offset;
            if (jumped || header.base > expected_) damage(offset, std::max(expected_, header.base));
            if (sound == nullptr)
                damage(blocks.offset(), std::max(expected_, header.end()));
            else
                take(*sound, blocks.offset());
            blocks.pass(header);
            check_.bytes = before + blocks.offset();
            if (!go_on(check_.bytes)) return false;
        }
        if (next && expected_ < *next) miss_until(*next, blocks.offset());
        return true;
    }

  private:
    void damage(std::uint64_t offset, Position to) {
        check_.damage.push_back({segment_, offset, expected_, to});
        expected_ = to;
    }

    void miss_until(Position next, std::uint64_t offset) {
        if (sealed_at_ != expected_) return damage(offset, next);
        check_.known[static_cast<std::size_t>(LossReason::retention)] += distance(expected_, next);
        expected_ = next;
    }

    void take(const SoundBlock& block, std::uint64_t offset) {
        const BlockHeader& header = block.header;
        if (header.type == BlockType::seal) sealed_at_ = header.base;
        if (header.end() <= expected_) return;
        const std::uint64_t count = distance(expected_, header.end());
        const auto reason = header.type == BlockType::gap ? decode_gap(block.body) : std::nullopt;
        if (reason) {
            check_.known[static_cast<std::size_t>(*reason)] += count;
            expected_ = header.end();
        } else if (header.type == BlockType::frames && frames_fit(block.body, header.count)) {
            check_.frames += count;
            expected_ = header.end();
        } else if (header.type == BlockType::notice && header.count == 1 && decode_notice(block.body)) {
            ++check_.notices;
            expected_ = header.end();
        } else if (header.type == BlockType::zstd && unpacker_.open(header, block.body)) {
            take_unpacked(offset);
        } else {
            damage(offset, header.end());
        }
    }

    void take_unpacked(std::uint64_t offset) {
        while (const auto block = unpacker_.next()) {
            const Position end = block->header.end();
            if (end <= expected_) continue;
            if (!frames_fit(block->body, block->header.count)) {
                damage(offset, end);
                continue;
            }
            check_.frames += distance(expected_, end);
            expected_ = end;
        }
    }

    LogCheck& check_;
    SegmentName segment_;
    Position expected_{};
    std::optional<Position> sealed_at_;
    FrameUnpacker unpacker_;
};

}  // namespace

std::uint64_t LogCheck::damaged_frames() const {
    std::uint64_t sum = 0;
    for (const Damage& one : damage) sum += distance(one.from, one.to);
    return sum;
}

std::vector<SegmentGlance> glance_at_log(const std::filesystem::path& directory, Disk& disk) {
    std::vector<SegmentGlance> log;
    for (const SegmentName& name : list_segments(directory, disk).segments) {
        const DiskResult opened = disk.open(directory / file_name(name), O_RDONLY);
        if (!opened.ok()) continue;
        const DiskFile file(disk, static_cast<int>(opened.value));
        SegmentGlance segment{.name = name, .end = name.base, .received = {}, .until = {}};
        glance(Headers(disk, file, name), segment);
        log.push_back(segment);
    }
    return log;
}

LogCheck check_log(const std::filesystem::path& directory, Disk& disk,
                   const std::function<bool(std::uint64_t)>& go_on) {
    LogCheck check;
    Checker checker(check);
    const std::vector<SegmentName> names = list_segments(directory, disk).segments;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const DiskResult opened = disk.open(directory / file_name(names[i]), O_RDONLY);
        // Trimmed since it was listed: nobody needs it.
        if (opened.error == ENOENT) continue;
        if (!opened.ok()) {
            check.whole = false;
            continue;
        }
        ++check.segments;
        // Of several with one base, only behind the last is anything missing.
        const bool newest = names[i].base == names.back().base;
        const bool last_of_base = !newest && names[i + 1].base != names[i].base;
        SegmentReader blocks(disk, DiskFile(disk, static_cast<int>(opened.value)), names[i]);
        const auto next =
            newest ? std::nullopt : std::optional(last_of_base ? names[i + 1].base : names[i].base);
        if (!checker.segment(std::move(blocks), names[i], next, go_on)) {
            check.whole = false;
            break;
        }
    }
    return check;
}

}  // namespace tapferry
