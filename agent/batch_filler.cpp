#include "agent/batch_filler.h"

#include <exception>

namespace tapferry {

void OpenBatch::clear(Position from) {
    records.clear();
    begin = end = from;
    totals = {};
    received = {};
    dead_frames.clear();
    dead_bytes = 0;
    lost.clear();
}

bool OpenBatch::full(const BatchLimits& limits) const {
    return totals.rendered >= limits.max_events || records.bytes() + dead_bytes >= limits.max_bytes ||
           totals.read >= most_frames_of_a_batch;
}

BatchFiller::BatchFiller(const DestinationConfig& destination, SpoolReader reader)
    : framing_(framing_of(destination.transport)),
      envelope_(destination.syslog_header ? make_syslog_header(*destination.syslog_header) : nullptr),
      encoder_(make_encoder(destination.format)),
      stages_(destination.stages),
      max_record_bytes_(destination.max_record_bytes),
      reader_(std::move(reader)),
      position_(reader_.position()) {}

std::unique_ptr<OpenBatch> BatchFiller::make_batch() const {
    return std::make_unique<OpenBatch>(RecordBuffer(framing_, envelope_.get(), encoder_->text()));
}

void BatchFiller::seek(Position position) {
    reader_.seek(position);
    position_ = position;
    block_ = {};
    next_ = 0;
}

BatchFiller::Stopped BatchFiller::fill(OpenBatch& batch, const BatchLimits& limits, Position until) {
    while (!batch.full(limits)) {
        if (position_ >= until) return Stopped::end_of_log;
        if (next_ < block_.frames.size()) {
            take(block_.frames[next_++], batch);
            continue;
        }
        SpoolRead read = reader_.next();
        if (std::holds_alternative<SpoolEnd>(read)) return Stopped::end_of_log;
        if (const auto* gap = std::get_if<SpoolGap>(&read)) {
            batch.totals.lost[static_cast<std::size_t>(gap->reason)] += distance(gap->from, gap->to);
            batch.lost.push_back({gap->from, gap->to, gap->reason});
            position_ = batch.end = gap->to;
        } else {
            block_ = std::get<SpoolBlock>(read);
            next_ = 0;
        }
    }
    return Stopped::full;
}

void BatchFiller::take(const SpoolFrame& frame, OpenBatch& batch) {
    if (batch.totals.read == 0) batch.received = block_.received;
    ++batch.totals.read;
    render(frame, batch);
    position_ = batch.end = frame.position + 1;
}

// Whatever decoding or rendering does with hostile bytes costs this one event, never the route.
void BatchFiller::render(const SpoolFrame& frame, OpenBatch& batch) {
    const EventId id{block_.incarnation, number(frame.position)};
    const std::size_t records_before = batch.records.size();
    const auto count_and_bury = [&](std::uint64_t& counter, std::string words) {
        ++counter;
        batch.records.truncate(records_before);
        batch.dead_bytes += sizeof(DeadFrame) + words.size() + frame.bytes.size();
        batch.dead_frames.push_back({id, std::move(words), {frame.bytes.begin(), frame.bytes.end()}});
    };
    try {
        const FrameOrigin origin{id, block_.received, frame.input};
        if (decoder_.decode(frame.bytes, origin, event_) == DecodeStatus::undecodable)
            return count_and_bury(batch.totals.undecodable, "not a dnstap frame: the protobuf breaks off");
        if (!stages_.pass(event_)) {
            ++batch.totals.filtered;
            return;
        }
        ++batch.totals.rendered;
        encoder_->encode(event_, batch.records);
        if (const char* fault = fault_of(batch.records.records().subspan(records_before)))
            return count_and_bury(batch.totals.dead_lettered, fault);
    } catch (const std::exception& failure) {
        count_and_bury(batch.totals.dead_lettered, std::string("rendering failed: ") + failure.what());
    }
}

// Why these records of one event may not be sent; null: they may.
const char* BatchFiller::fault_of(std::span<const Record> records) const {
    for (const Record& record : records) {
        if (record.invalid) return "it cannot be written so that it may be sent";
        if (max_record_bytes_ != 0 && record.length > max_record_bytes_) return "longer than max_bytes";
    }
    return nullptr;
}

}  // namespace tapferry
