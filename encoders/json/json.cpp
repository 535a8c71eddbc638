#include "encoders/json/json.h"

#include <algorithm>

#include "encoders/bounds.h"
#include "encoders/event_facts.h"
#include "encoders/json/json_members.h"
#include "encoders/json/json_notices.h"

namespace tapferry {
namespace {

constexpr std::size_t max_raw_bytes = 4096;

void append_time_and_type(JsonLine& line) {
    const Event& event = line.event;
    line.time("{\"time\":\"", event.time);
    line.put(",\"id\":\"", EventIdText{event.id}, "\",\"type\":\"", MessageTypeName{event}, '"');
}

void append_endpoints(JsonLine& line) {
    const Event& event = line.event;
    const Endpoint& query = event.query;
    const Endpoint& response = event.response;
    if (query.address.present()) line.put(",\"src\":\"", AddressText{query.address}, '"');
    if (query.port != 0) line.put(",\"src_port\":", Decimal{query.port});
    if (response.address.present()) line.put(",\"dst\":\"", AddressText{response.address}, '"');
    if (response.port != 0) line.put(",\"dst_port\":", Decimal{response.port});
    append_protocol(line);
}

void append_dns_header(JsonLine& line) {
    if (!has_dns_header(line.event)) return;
    const dns::Message& dns = line.event.dns;
    line.put(",\"dns_id\":", Decimal{dns.id}, ",\"opcode\":\"", OpcodeName{dns.opcode}, '"', json_flags(dns));
}

void append_question(JsonLine& line) {
    const Event& event = line.event;
    if (!event.qname.empty()) line.qname(",\"qname\":\"");
    if (event.has_question) {
        line.put(",\"qtype\":\"", TypeName{event.qtype}, "\",\"qclass\":\"", ClassName{event.qclass}, '"');
    }
    if (has_rcode(event)) line.put(",\"rcode\":\"", RcodeName{event.dns.rcode}, '"');
}

void append_size_and_times(JsonLine& line) {
    const Event& event = line.event;
    if (event.has_message) line.put(",\"bytes\":", Decimal{event.dns.wire.size()});
    if (event.query_time) line.time(",\"query_time\":\"", *event.query_time);
    if (event.response_time) line.time(",\"response_time\":\"", *event.response_time);
    if (const std::optional<std::uint64_t> nanoseconds = latency(event)) {
        line.put(",\"latency\":");
        append_latency_seconds(line.out, event, *nanoseconds);
    }
}

void append_origin(JsonLine& line) {
    static constexpr PlaceMembers src{",\"src_country\":\"", ",\"src_city\":\"",
                                      ",\"src_asn\":", ",\"src_as_org\":\""};
    static constexpr PlaceMembers dst{",\"dst_country\":\"", ",\"dst_city\":\"",
                                      ",\"dst_asn\":", ",\"dst_as_org\":\""};
    const Event& event = line.event;
    if (!event.registered_domain.empty()) line.text(",\"registered_domain\":\"", event.registered_domain);
    append_place(line, event.query_place, src);
    append_place(line, event.response_place, dst);
    append_zone(line, ",\"zone\":\"");
    append_policy(line);
    if (!event.extra.empty()) line.opaque(",\"extra\":\"", event.extra);
}

void append_raw(JsonLine& line) {
    const Event& event = line.event;
    if (event.dns.malformed == nullptr || event.dns.wire.empty()) return;
    const dns::Wire shown = event.dns.wire.first(std::min(event.dns.wire.size(), max_raw_bytes));
    if (shown.size() < event.dns.wire.size()) line.clipped = true;
    line.put(",\"raw\":\"");
    append_hex(line.out, shown);
    line.put('"');
}

// `index` counts from 0.
void append_answer(JsonLine& line, std::size_t index) {
    const dns::ResourceRecord& record = line.event.dns.answers[index];
    line.put(",\"answer_name\":\"");
    line.owner(record);
    line.put("\",\"answer_type\":\"", TypeName{record.type}, "\",\"answer_ttl\":", Decimal{record.ttl});
    line.rdata_member(",\"answer_data\":\"", record);
    line.put(",\"answer_index\":", Decimal{index + 1});
}

}  // namespace

JsonEncoder::JsonEncoder(const JsonOptions& options)
    : options_(options), end_(options.schema ? ",\"schema\":\"tapferry/1\"}" : "}") {}

void JsonEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) return append_json_notice(event, {second_, records}, end_);
    if (options_.answers == JsonOptions::Answers::array || event.dns.answers.empty()) {
        append(event, records, {});
        return;
    }
    const std::size_t shown = std::min(event.dns.answers.size(), max_shown_records);
    for (std::size_t index = 0; index < shown; ++index) append(event, records, index);
}

void JsonEncoder::append(const Event& event, RecordBuffer& records,
                         const std::optional<std::size_t>& answer) {
    TextBuffer& out = records.open(event);
    JsonLine line(out, event, second_,
                  max_event_bytes - room_after_sections - (options_.raw ? 2 * max_raw_bytes : 0));
    append_time_and_type(line);
    append_remembered(line, ",\"identity\":\"", event.identity, identity_);
    append_remembered(line, ",\"version\":\"", event.version, version_);
    append_endpoints(line);
    append_dns_header(line);
    append_question(line);
    if (answer) {
        line.clipped = event.dns.answers.size() > max_shown_records;
        append_answer(line, *answer);
    } else {
        line.section(",\"answers\":[", event.dns.answers);
    }
    if (has_rcode(event)) line.put(",\"answer_count\":", Decimal{event.dns.answers.size()});
    if (answer.value_or(0) == 0) append_other_sections(line);
    append_edns(line);
    append_size_and_times(line);
    append_origin(line);
    append_kind(line);
    if (options_.raw) append_raw(line);
    append_circumstances(line);
    append_remembered(line, ",\"input\":\"", event.input, input_);
    append_labels(line);
    out.append(end_);
    close_record(line, records);
}

void JsonEncoder::append_other_sections(JsonLine& line) const {
    line.section(",\"authority\":[", line.event.dns.authority);
    if (options_.additional) line.section(",\"additional\":[", line.event.dns.additional);
}

}  // namespace tapferry
