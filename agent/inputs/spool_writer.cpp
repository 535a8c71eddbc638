#include "agent/inputs/spool_writer.h"

#include <algorithm>

#include "agent/spool/spool.h"

namespace tapferry {

namespace {

constexpr std::chrono::milliseconds block_age{20};
constexpr std::chrono::seconds tick_interval{1};
// Frames that were read by now minus this are in the ring.
constexpr std::chrono::seconds certain{1};
// Silence is told once a second for so long, then once in so long.
constexpr std::chrono::minutes fresh_silence{1};

Timestamp as_timestamp(ReadTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return {seconds.time_since_epoch().count(), static_cast<std::uint32_t>((time - seconds).count())};
}

}  // namespace

SpoolWriter::SpoolWriter(Ring& ring, Spool& spool,
                         const std::vector<std::unique_ptr<InputCounters>>& counters, IntakeNotices& notices,
                         std::function<void(const IntakeEvent&)> tell)
    : ring_(ring),
      spool_(spool),
      counters_(counters),
      notices_(notices),
      tell_(std::move(tell)),
      block_frames_(counters.size()) {}

void SpoolWriter::run() {
    block_read_at_ = std::chrono::system_clock::now();
    for (;;) {
        // Asked before the ring is emptied: what comes to an ended ring came before its end.
        const bool ended = ring_.ended();
        drain();
        const Clock::time_point now = Clock::now();
        if (ended || (!block_.empty() && now >= block_due_)) flush();
        tell_notices(ended);
        if (ended) return;
        if (block_.empty()) {
            tick();
            tell_silence();
            ring_.wait(1, now + tick_interval);
        } else {
            // In the ring frames take a little more room than in the block.
            const std::size_t left = block_body_bytes - std::min(block_.body().size(), block_body_bytes - 1);
            ring_.wait(left + left / 8, block_due_);
        }
    }
}

void SpoolWriter::drain() {
    while (const auto entry = ring_.front()) {
        take(*entry);
        ring_.pop();
    }
}

void SpoolWriter::take(const RingEntry& entry) {
    switch (entry.kind) {
        case RingEntryKind::frame:
            take_frame(entry);
            break;
        case RingEntryKind::opened:
            spool_.open_stream(entry.stream, counters_[entry.input]->name,
                               {reinterpret_cast<const char*>(entry.bytes.data()), entry.bytes.size()});
            break;
        case RingEntryKind::closed:
            // Its last frames may be in the block that is being filled.
            closing_.push_back(entry.stream);
            if (block_.empty()) flush();
            break;
    }
}

void SpoolWriter::take_frame(const RingEntry& entry) {
    // Frames that waited in the ring while the disk failed keep their own times.
    if (!block_.has_room(entry.bytes.size()) ||
        (!block_.empty() && entry.read_at - block_read_at_ > block_age))
        flush();
    if (block_.empty()) {
        block_read_at_ = told_at_ = entry.read_at;
        block_due_ = Clock::now() + block_age;
    }
    block_.add(entry.stream, entry.bytes);
    ++block_frames_[entry.input];
}

void SpoolWriter::flush() {
    if (!block_.empty()) {
        settle(spool_.append(block_, as_timestamp(block_read_at_)));
        tell_disk();
        tick();
        tell_notices(false);
    }
    for (const std::uint32_t stream : closing_) spool_.close_stream(stream);
    closing_.clear();
}

void SpoolWriter::settle(const AppendOutcome& outcome) {
    const FrameRejection refused = outcome.full ? FrameRejection::spool_full : FrameRejection::disk;
    std::uint64_t frames = 0;
    for (std::size_t input = 0; input < block_frames_.size(); ++input) {
        InputCounters& counters = *counters_[input];
        add(outcome.appended ? counters.frames_appended
                             : counters.frames_rejected[static_cast<std::size_t>(refused)],
            block_frames_[input]);
        frames += block_frames_[input];
        block_frames_[input] = 0;
    }
    ring_.settle(frames);
    block_.clear();
}

void SpoolWriter::tick() {
    const Clock::time_point now = Clock::now();
    if (now - ticked_at_ < tick_interval) return;
    ticked_at_ = now;
    spool_.tick();
    tell_disk();
}

void SpoolWriter::tell_disk() {
    if (const auto doubt = spool_.take_doubt())
        tell_({.kind = IntakeEvent::Kind::disk_doubtful, .input = {}, .text = *doubt});
    const bool fails = !spool_.trouble().empty();
    if (fails == failing_) return;
    failing_ = fails;
    if (fails) {
        tell_({.kind = IntakeEvent::Kind::disk_failing,
               .input = {},
               .text = "the spool cannot be written: " + spool_.trouble()});
    } else {
        tell_({.kind = IntakeEvent::Kind::disk_back,
               .input = {},
               .text = "the spool's disk takes frames again"});
    }
}

// They stand behind the frames that came before them.
void SpoolWriter::tell_notices(bool at_once) {
    const Clock::time_point now = Clock::now();
    if (!notices_.due(now, at_once)) return;
    const Timestamp time = as_timestamp(std::chrono::system_clock::now());
    if (!notices_.look(now, time)) return;
    if (!block_.empty()) settle(spool_.append(block_, as_timestamp(block_read_at_)));
    notices_.append(spool_, time);
}

// For who waits for time to pass: that nothing came until a moment ago.
void SpoolWriter::tell_silence() {
    const ReadTime until =
        std::chrono::time_point_cast<ReadTime::duration>(std::chrono::system_clock::now()) - certain;
    const bool fresh = until - block_read_at_ < fresh_silence;
    if (until - told_at_ < (fresh ? tick_interval : std::chrono::seconds{fresh_silence})) return;
    if (spool_.append_time(as_timestamp(until))) told_at_ = until;
}

}  // namespace tapferry
