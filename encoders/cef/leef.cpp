#include "encoders/cef/leef.h"

#include "encoders/cef/leef_line.h"
#include "encoders/cef/notice_pairs.h"
#include "encoders/escape.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

// LEEF has no escape, so what would end a field is written as \DDD.
void append_header_field(TextBuffer& header, std::string_view text) {
    const std::size_t from = header.size();
    append_opaque(header, text, 63);
    escape_pipes(header, from);
    header.push_back('|');
}

std::string header_of(const EventClass& event_class, const LeefOptions& options) {
    TextBuffer header;
    header.append("LEEF:2.0|");
    append_header_field(header, options.vendor);
    append_header_field(header, options.product);
    header.append(TAPFERRY_MAJOR_MINOR "|", event_class.id, "|x09|");
    return std::string(header.view());
}

}  // namespace

LeefEncoder::LeefEncoder(const LeefOptions& options)
    : severities_(options.severities), max_bytes_(options.max_bytes) {
    for (const EventClass& event_class : event_classes()) headers_.push_back(header_of(event_class, options));
}

void LeefEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    const std::size_t index = event_class_index(event);
    out.append(std::string_view(headers_[index]));
    const std::uint8_t severity = severities_.of(event, index);
    if (event.notice != nullptr) {
        append_leef_notice(event, records, out, max_bytes_, severity, second_);
        return records.close(event);
    }
    append_shortened(records, out, max_bytes_,
                     [&](const Shortening& keep) { return LeefLine(out, event, severity, second_, keep); });
    records.close(event);
}

}  // namespace tapferry
