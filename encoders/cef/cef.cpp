#include "encoders/cef/cef.h"

#include <algorithm>
#include <type_traits>

#include "encoders/cef/cef_line.h"
#include "encoders/cef/infoblox_line.h"
#include "encoders/cef/notice_pairs.h"
#include "encoders/escape.h"
#include "encoders/event_facts.h"
#include "proto/digits.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

// The operator's own text: a backslash in it is one, not the beginning of \DDD.
void append_header_field(TextBuffer& header, std::string_view text) {
    const std::size_t from = header.size();
    for (const char& c : text.substr(0, 63)) {
        if (c == '\\') {
            header.push_back(c);
        } else {
            append_opaque(header, {&c, 1});
        }
    }
    escape_cef_header(header, from);
    header.push_back('|');
}

std::string begin_of(const CefOptions& options) {
    TextBuffer header;
    header.append("CEF:0|");
    append_header_field(header, options.vendor);
    append_header_field(header, options.product);
    header.append(TAPFERRY_MAJOR_MINOR "|");
    return std::string(header.view());
}

// Of classes that Infoblox's events have too, and of all messages that are none of the special ones.
bool is_plain_message(std::string_view id) {
    return id == "DNS-QUERY" || id == "DNS-RESPONSE" || id == "DNS-UPSTREAM-QUERY" ||
           id == "DNS-UPSTREAM-RESPONSE" || id == "DNS-UNANSWERED";
}

}  // namespace

CefEncoder::CefEncoder(const CefOptions& options) : options_(options), begin_(begin_of(options)) {
    for (const EventClass& one : event_classes()) {
        const bool infoblox = options.profile == CefOptions::Profile::infoblox && is_plain_message(one.id);
        headers_.push_back(infoblox ? std::string()
                                    : begin_ + std::string(one.id) + "|" + std::string(one.name) + "|");
    }
}

void CefEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) {
        TextBuffer& out = records.open(event);
        append_header(out, event);
        append_cef_notice(event, records, out, options_.max_bytes);
        return records.close(event);
    }
    if (options_.answers == CefOptions::Answers::array || event.dns.answers.empty()) {
        return encode_one(event, all_answers, records);
    }
    const std::size_t shown = std::min(event.dns.answers.size(), max_shown_records);
    for (std::size_t answer = 0; answer < shown; ++answer) encode_one(event, answer, records);
}

void CefEncoder::encode_one(const Event& event, std::size_t answer, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    append_header(out, event);
    // A lambda, for as a function it would not become a part of this one.
    const auto line = [&]<typename Line>(std::type_identity<Line>) {
        append_shortened(records, out, options_.max_bytes, [&](const Shortening& keep) {
            return Line(out, event, options_.ipv6, answer, keep);
        });
    };
    if (options_.profile == CefOptions::Profile::infoblox) {
        line(std::type_identity<InfobloxLine>());
    } else {
        line(std::type_identity<CefLine>());
    }
    records.close(event);
}

// The names of Infoblox's classes end with class, type and response code: words of the registries, or
// numbers.
void CefEncoder::append_header(TextBuffer& out, const Event& event) const {
    const std::size_t index = event_class_index(event);
    if (const std::string& header = headers_[index]; !header.empty()) {
        out.append(std::string_view(header));
    } else {
        out.append(std::string_view(begin_));
        out.append(event.is_response ? std::string_view("DNS Response|DNS Response")
                                     : std::string_view("DNS Query|DNS Query"));
        if (event.has_question) out.append(' ', ClassName{event.qclass}, ' ', TypeName{event.qtype});
        if (event.is_response && has_rcode(event)) out.append(' ', RcodeName{event.dns.rcode});
        out.push_back('|');
    }
    out.append(Decimal{options_.severities.of(event, index)}, '|');
}

}  // namespace tapferry
