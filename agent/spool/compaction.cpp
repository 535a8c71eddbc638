#include "agent/spool/compaction.h"

#include <fcntl.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/spool/death_point.h"
#include "agent/spool/disk.h"
#include "agent/spool/packed_frames.h"
#include "agent/spool/segment_reader.h"

namespace tapferry {
namespace {

constexpr std::string_view new_suffix = ".new";

// A new segment must be shorter than this share of the old one, or it is not worth the while.
constexpr std::uint64_t worth_numerator = 9;
constexpr std::uint64_t worth_denominator = 10;

// Blocks of the old segment into the new file.
class Rewriter {
  public:
    Rewriter(Disk& disk, DiskFile file, const SealedSegment& segment)
        : disk_(disk), file_(std::move(file)), segment_(segment) {}

    // None: go on.
    std::optional<Rewriting> take(const SoundBlock& block) {
        const BlockHeader& header = block.header;
        if (header.base != end_) return Rewriting::not_sound;
        end_ = header.end();
        if (header.type == BlockType::zstd) return Rewriting::needless;
        if (header.type != BlockType::frames) {
            if (const auto failed = flush()) return failed;
            return write(block);
        }
        if (header.count == 0 || header.count > header.length / frame_prefix_bytes)
            return Rewriting::not_sound;
        if (!packer_.has_room(block.body.size())) {
            if (const auto failed = flush()) return failed;
            if (!packer_.has_room(block.body.size())) return write(block);
        }
        packer_.add(block);
        return std::nullopt;
    }

    Rewriting finish() {
        if (end_ != segment_.end) return Rewriting::not_sound;
        if (const auto failed = flush()) return *failed;
        if (!worth_it()) return Rewriting::needless;
        const DiskResult synced = disk_.sync(file_.fd());
        error_ = synced.error;
        return synced.ok() ? Rewriting::written : Rewriting::failed;
    }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] int error() const { return error_; }

  private:
    [[nodiscard]] bool worth_it() const {
        return bytes_ < segment_.bytes / worth_denominator * worth_numerator;
    }

    std::optional<Rewriting> flush() {
        if (packer_.empty()) return std::nullopt;
        const auto packed = packer_.pack();
        // There is one copy of these frames: it is not given up for one that may not be read.
        if (!packed) return Rewriting::not_sound;
        return write(*packed);
    }

    std::optional<Rewriting> write(const SoundBlock& block) {
        BlockHeader header = block.header;
        header.incarnation = segment_.name.incarnation;
        if (bytes_ > 0) death_point("compaction.half_written");
        const DiskResult written = write_fully(disk_, file_.fd(), bytes_, encode_header(header), block.body);
        bytes_ += header.whole_length();
        error_ = written.error;
        if (!written.ok()) return Rewriting::failed;
        return worth_it() ? std::nullopt : std::optional(Rewriting::needless);
    }

    Disk& disk_;
    DiskFile file_;
    const SealedSegment& segment_;
    FramePacker packer_;
    Position end_ = segment_.name.base;  // of what was taken
    std::uint64_t bytes_ = 0;
    int error_ = 0;
};

RewriteOutcome copy(SegmentReader& from, Rewriter& to, const std::atomic<bool>& stop) {
    const auto outcome = [&](Rewriting result) { return RewriteOutcome{result, to.bytes(), to.error()}; };
    for (;;) {
        if (stop) return outcome(Rewriting::stopped);
        const std::uint64_t offset = from.offset();
        const SegmentRead read = from.read(Growth::complete);
        if (std::holds_alternative<SegmentTail>(read)) return outcome(to.finish());
        const auto* block = std::get_if<SoundBlock>(&read);
        if (block == nullptr || from.offset() != offset) return outcome(Rewriting::not_sound);
        from.pass(block->header);
        if (const auto result = to.take(*block)) return outcome(*result);
    }
}

}  // namespace

std::filesystem::path rewritten_path(const std::filesystem::path& directory, const SegmentName& name) {
    return directory / (file_name(name) + std::string(new_suffix));
}

RewriteOutcome rewrite_segment(const std::filesystem::path& directory, const SealedSegment& segment,
                               Disk& disk, const std::atomic<bool>& stop) {
    const DiskResult old = disk.open(directory / file_name(segment.name), O_RDONLY);
    if (!old.ok()) return {Rewriting::failed, 0, old.error};
    SegmentReader blocks(disk, DiskFile(disk, static_cast<int>(old.value)), segment.name);
    const auto path = rewritten_path(directory, segment.name);
    const DiskResult made = disk.open(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!made.ok()) return {Rewriting::failed, 0, made.error};
    RewriteOutcome outcome;
    {
        Rewriter rewriter(disk, DiskFile(disk, static_cast<int>(made.value)), segment);
        outcome = copy(blocks, rewriter, stop);
    }
    if (outcome.result != Rewriting::written) disk.unlink(path);
    return outcome;
}

void remove_rewritten(const std::filesystem::path& directory, Disk& disk) {
    std::vector<std::string> names;
    disk.list(directory, names);
    for (const std::string& name : names) {
        if (!name.ends_with(new_suffix)) continue;
        const std::string_view stem = std::string_view(name).substr(0, name.size() - new_suffix.size());
        if (parse_segment_name(stem)) disk.unlink(directory / name);
    }
}

}  // namespace tapferry
