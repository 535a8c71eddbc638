#include "agent/spool/segment_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "agent/spool/block_builder.h"
#include "agent/spool/crc32c.h"

namespace tapferry {
namespace {

constexpr std::size_t window_bytes = block_header_bytes + block_body_bytes;
constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t leave_every_bytes = 1 << 20;

}  // namespace

SegmentReader::SegmentReader(Disk& disk, DiskFile file, const SegmentName& name)
    : disk_(&disk), file_(std::move(file)), name_(name), window_(window_bytes) {}

void SegmentReader::leave_cache() {
    if (offset_ - left_ < leave_every_bytes) return;
    disk_->advise(file_.fd(), left_, offset_ - left_, CacheAdvice::not_needed);
    left_ = offset_;
}

SegmentRead SegmentReader::read(Growth growth) {
    // What does not look sound is read twice: the first time may have met a write under way.
    for (const bool last_try : {false, true}) {
        if (last_try) forget_window();
        if (bytes_at(offset_, block_header_bytes).size() < block_header_bytes) return SegmentTail{};
        const auto header = header_at(offset_);
        if (!header) continue;
        const SegmentRead block = block_at_offset(*header);
        if (std::holds_alternative<SoundBlock>(block)) return block;
        if (growth == Growth::growing && bytes_at(offset_ + header->whole_length(), 1).empty()) {
            forget_window();
            return SegmentTail{};
        }
        if (last_try) return block;
    }
    const auto next = find_header(offset_);
    if (!next) return SegmentTail{};
    offset_ = *next;
    return read(growth);
}

SegmentRead SegmentReader::block_at_offset(const BlockHeader& header) {
    const auto bytes = bytes_at(offset_, header.whole_length());
    if (bytes.size() < header.whole_length()) return SegmentTail{};
    const auto body = bytes.subspan(block_header_bytes, header.length);
    if (crc32c(body) != header.body_crc) return BadBlock{header};
    return SoundBlock{header, body};
}

bool SegmentReader::skip_before(Position position) {
    bool passed = false;
    const DiskResult size = disk_->size(file_.fd());
    if (!size.ok()) return false;
    for (;;) {
        BlockHeaderBytes bytes{};
        const DiskResult read = read_fully(*disk_, file_.fd(), offset_, bytes);
        if (!read.ok() || static_cast<std::size_t>(read.value) < bytes.size()) return passed;
        const auto header = own_header(bytes);
        if (!header || !has_frames(header->type) || header->end() > position) return passed;
        // The torn block at a dead run's end has no numbers: they may be in another segment of this base.
        if (offset_ + header->whole_length() > static_cast<std::uint64_t>(size.value)) return passed;
        pass(*header);
        passed = true;
    }
}

std::optional<BlockHeader> SegmentReader::own_header(
    std::span<const std::uint8_t, block_header_bytes> bytes) const {
    const auto header = decode_header(bytes, name_.incarnation);
    if (!header || header->base < name_.base) return std::nullopt;
    return header;
}

std::optional<BlockHeader> SegmentReader::header_at(std::uint64_t at) {
    const auto bytes = bytes_at(at, block_header_bytes);
    if (bytes.size() < block_header_bytes) return std::nullopt;
    return own_header(bytes.first<block_header_bytes>());
}

std::optional<std::uint64_t> SegmentReader::find_header(std::uint64_t after) {
    for (std::uint64_t at = after + 1;;) {
        const auto bytes = bytes_at(at, window_bytes);
        if (bytes.size() < block_header_bytes) return std::nullopt;
        const std::size_t candidates = bytes.size() - block_header_bytes + 1;
        for (std::size_t i = 0; i < candidates; ++i) {
            const void* first = std::memchr(&bytes[i], block_magic[0], candidates - i);
            if (first == nullptr) break;
            i = static_cast<std::size_t>(static_cast<const std::uint8_t*>(first) - bytes.data());
            if (own_header(bytes.subspan(i).first<block_header_bytes>())) return at + i;
        }
        at += candidates;
    }
}

std::span<const std::uint8_t> SegmentReader::bytes_at(std::uint64_t at, std::size_t wanted) {
    const bool inside = at >= window_at_ && at - window_at_ <= window_length_ &&
                        wanted <= window_length_ - static_cast<std::size_t>(at - window_at_);
    if (!inside) {
        const std::size_t length = std::max(wanted, window_bytes);
        if (window_.size() < length) window_.resize(length);
        window_at_ = at;
        window_length_ = fill(at, std::span(window_).first(length), wanted);
    }
    return std::span<const std::uint8_t>(window_)
        .first(window_length_)
        .subspan(static_cast<std::size_t>(at - window_at_));
}

// What the disk cannot give counts as zeros, page by page, so that a bad sector costs the blocks that lie in
// it.
std::size_t SegmentReader::fill(std::uint64_t at, std::span<std::uint8_t> into, std::size_t wanted) {
    std::size_t done = 0;
    while (done < wanted) {
        const std::uint64_t here = at + done;
        const DiskResult read = disk_->read_at(file_.fd(), here, into.subspan(done));
        if (read.error == EINTR) continue;
        if (read.ok() && read.value == 0) break;
        if (read.ok()) {
            done += static_cast<std::size_t>(read.value);
            continue;
        }
        met_unreadable_ = true;
        const DiskResult size = disk_->size(file_.fd());
        if (!size.ok() || here >= static_cast<std::uint64_t>(size.value)) break;
        const std::uint64_t page_end = (here / page_bytes + 1) * page_bytes;
        const std::uint64_t end =
            std::min({page_end, static_cast<std::uint64_t>(size.value), at + into.size()});
        std::ranges::fill(into.subspan(done, static_cast<std::size_t>(end - here)), std::uint8_t{0});
        done += static_cast<std::size_t>(end - here);
    }
    return done;
}

}  // namespace tapferry
