#include "agent/batches/renderer.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "agent/spool/death_point.h"
#include "proto/carried_id.h"

namespace tapferry {

namespace {

std::unique_ptr<Envelope> envelope_of(const DestinationConfig& destination) {
    if (destination.syslog_header) return make_syslog_header(*destination.syslog_header);
    if (destination.splunk_envelope) return make_splunk_envelope(*destination.splunk_envelope);
    return nullptr;
}

}  // namespace

Renderer::Renderer(const DestinationConfig& destination, std::unique_ptr<Encoder> encoder)
    : framing_(framing_of(destination.transport)),
      key_(key_of(destination.transport)),
      envelope_(envelope_of(destination)),
      encoder_(encoder ? std::move(encoder) : make_encoder(destination.format)),
      stages_(destination.stages),
      trusted_inputs_(destination.trusted_inputs),
      max_record_bytes_(destination.max_record_bytes) {}

std::unique_ptr<OpenBatch> Renderer::make_batch() const {
    return std::make_unique<OpenBatch>(RecordBuffer(framing_, envelope_.get(), encoder_->text(), key_));
}

void Renderer::render(Event& event, OpenBatch& batch) {
    const std::size_t records_before = batch.records.size();
    const EventId own_id = event.id;
    if (!trusted_inputs_.empty()) believe(event);
    const auto bury_event = [&](std::string words) {
        ++batch.totals.dead_lettered;
        batch.records.truncate(records_before);
        bury({own_id, event.received, event.input}, std::move(words), event.frame, batch);
    };
    const std::uint64_t rendered = batch.totals.rendered + 1;
    try {
        if (!stages_.pass(event)) {
            ++batch.totals.filtered;
            return;
        }
        batch.totals.rendered = rendered;
        crash_point("event.render", event.frame);
        const std::uint64_t left_out = encoder_->left_out();
        encoder_->encode(event, batch.records);
        batch.left_out += encoder_->left_out() - left_out;
    } catch (const std::exception& failure) {
        batch.totals.rendered = rendered;
        return bury_event(std::string("rendering failed: ") + failure.what());
    }
    for (const Record& record : batch.records.records().subspan(records_before))
        if (const char* fault = fault_of(record)) return bury_event(fault);
}

void Renderer::tell(Event& event, OpenBatch& batch) {
    const std::size_t records_before = batch.records.size();
    const bool numbered = event.id.letter == 0;
    if (numbered) ++batch.totals.rendered;
    ++batch.notices[static_cast<std::size_t>(event.notice->kind)];
    const auto bury_notice = [&](std::string words, std::string text) {
        batch.records.truncate(records_before);
        if (numbered) ++batch.totals.dead_lettered;
        batch.dead_bytes += sizeof(DeadRow) + words.size() + text.size();
        batch.dead_rows.push_back({event.id, std::move(words), std::move(text)});
    };
    try {
        stages_.label(event);
        encoder_->encode(event, batch.records);
    } catch (const std::exception& failure) {
        return bury_notice(std::string("rendering failed: ") + failure.what(), {});
    }
    for (const Record& record : batch.records.records().subspan(records_before))
        if (const char* fault = fault_of(record))
            return bury_notice(fault, std::string{batch.records.content(record)});
}

void Renderer::bury(const FrameOrigin& origin, std::string words, std::span<const std::uint8_t> frame,
                    OpenBatch& batch) {
    batch.dead_bytes += sizeof(DeadFrame) + words.size() + frame.size();
    batch.dead_frames.push_back({origin.id,
                                 std::move(words),
                                 {frame.begin(), frame.end()},
                                 origin.received,
                                 std::string(origin.input)});
}

void Renderer::close(OpenBatch& batch) {
    encoder_->close(batch.records);
    const auto records = batch.records.records();
    if (std::none_of(records.begin(), records.end(),
                     [this](const Record& record) { return fault_of(record) != nullptr; }))
        return;
    batch.records.remove_if([&](const Record& record) {
        const char* fault = fault_of(record);
        if (fault == nullptr) return false;
        batch.dead_rows.push_back({record.id, fault, std::string{batch.records.content(record)}});
        return true;
    });
}

void Renderer::begin_anew() {
    if (!window()) return;
    RecordBuffer rows(framing_, envelope_.get(), encoder_->text());
    encoder_->close(rows);
}

// The id that the agent before this one gave the event. A row of an aggregate is this one's own.
void Renderer::believe(Event& event) const {
    if (std::find(trusted_inputs_.begin(), trusted_inputs_.end(), event.input) == trusted_inputs_.end())
        return;
    const auto carried = read_carried_id(event.extra);
    if (!carried) return;
    event.extra = carried->extra;
    if (window()) return;
    event.own_sequence = event.id.sequence;
    event.id = carried->id;
}

// Why this record may not be sent; null: it may.
const char* Renderer::fault_of(const Record& record) const {
    if (record.invalid) return "it cannot be written so that it may be sent";
    if (max_record_bytes_ != 0 && record.length > max_record_bytes_) return "longer than max_bytes";
    return nullptr;
}

}  // namespace tapferry
