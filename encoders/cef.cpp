#include "encoders/cef.h"

#include "encoders/cef_line.h"
#include "encoders/escape.h"
#include "encoders/event_class.h"
#include "proto/digits.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

void append_header_field(TextBuffer& header, std::string_view text) {
    const std::size_t from = header.size();
    append_opaque(header, text, 63);
    escape_cef_header(header, from);
    header.push_back('|');
}

std::string header_of(const EventClass& event_class, const CefOptions& options) {
    TextBuffer header;
    header.append("CEF:0|");
    append_header_field(header, options.vendor);
    append_header_field(header, options.product);
    header.append(TAPFERRY_MAJOR_MINOR "|");
    header.append(event_class.id);
    header.push_back('|');
    header.append(event_class.name);
    header.push_back('|');
    return std::string(header.view());
}

}  // namespace

CefEncoder::CefEncoder(const CefOptions& options) : ipv6_(options.ipv6), max_bytes_(options.max_bytes) {
    for (const EventClass& event_class : event_classes()) headers_.push_back(header_of(event_class, options));
}

void CefEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    out.append(headers_[event_class_index(event)], Decimal{event_severity(event)}, '|');
    const std::size_t extension = out.size();
    CefShortening keep;
    for (;;) {
        CefLine line(out, event, ipv6_, keep);
        line.append();
        if (max_bytes_ == 0 || records.open_size() <= max_bytes_) break;
        if (!keep.shorten(line, records.open_size() - max_bytes_)) {
            records.refuse();
            break;
        }
        out.truncate(extension);
    }
    records.close(event);
}

}  // namespace tapferry
