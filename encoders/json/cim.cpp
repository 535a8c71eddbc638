#include "encoders/json/cim.h"

#include "encoders/bounds.h"
#include "encoders/event_facts.h"
#include "encoders/event_roles.h"
#include "encoders/json/json_members.h"
#include "encoders/json/json_notices.h"

namespace tapferry {
namespace {

// The model's own names of operation codes; the record type is another field.
std::string_view query_type(std::uint8_t opcode) {
    switch (opcode) {
        case 0:
            return "Query";
        case 1:
            return "IQuery";
        case 2:
            return "Status";
        case 4:
            return "Notify";
        case 5:
            return "Update";
        default:
            return "unknown";
    }
}

void append_question(JsonLine& line) {
    const Event& event = line.event;
    if (!event.qname.empty()) line.qname(",\"query\":\"");
    if (event.has_question) {
        line.put(",\"record_type\":\"", TypeName{event.qtype}, "\",\"query_class\":\"",
                 ClassName{event.qclass}, '"');
    }
    if (!has_dns_header(event)) return;
    const dns::Message& dns = event.dns;
    line.put(",\"query_count\":", Decimal{dns.questions.size()}, ",\"query_type\":\"", query_type(dns.opcode),
             "\",\"transaction_id\":", Decimal{dns.id});
    if (const std::string_view flags = flag_words(dns); !flags.empty()) {
        line.put(",\"flags\":\"", flags, '"');
    }
}

void append_answers(JsonLine& line) {
    const dns::Message& dns = line.event.dns;
    if (!has_rcode(line.event)) return;
    line.put(",\"reply_code\":\"", RcodeName{dns.rcode}, "\",\"reply_code_id\":", Decimal{dns.rcode});
    std::size_t left =
        line.list(",\"answer\":[", ",", ']', dns.answers, [&](const dns::ResourceRecord& record) {
            line.put('"');
            line.rdata(record);
            line.put('"');
        });
    std::string_view before = ",\"ttl\":[";
    for (const dns::ResourceRecord& record : dns.answers) {
        if (left-- == 0) break;
        line.put(before, Decimal{record.ttl});
        before = ",";
    }
    if (before == ",") line.put(']');
    line.put(",\"answer_count\":", Decimal{dns.answers.size()},
             ",\"authority_answer_count\":", Decimal{dns.authority.size()},
             ",\"additional_answer_count\":", Decimal{dns.additional.size()});
}

void append_ends(JsonLine& line) {
    const Event& event = line.event;
    if (event.query.address.present()) line.put(",\"src\":\"", AddressText{event.query.address}, '"');
    if (event.query.port != 0) line.put(",\"src_port\":", Decimal{event.query.port});
    if (event.response.address.present()) line.put(",\"dest\":\"", AddressText{event.response.address}, '"');
    if (event.response.port != 0) line.put(",\"dest_port\":", Decimal{event.response.port});
    if (event.protocol != SocketProtocol::unknown) {
        line.put(",\"transport\":\"", transport_name(event), "\",\"protocol\":\"",
                 SocketProtocolName{event.protocol}, '"');
    }
}

void append_size_and_time(JsonLine& line) {
    const Event& event = line.event;
    if (event.has_message) line.put(",\"bytes\":", Decimal{event.dns.wire.size()});
    const std::optional<std::uint64_t> nanoseconds = latency(event);
    if (!nanoseconds) return;
    for (const std::string_view member : {",\"response_time\":", ",\"duration\":"}) {
        line.put(member);
        append_latency_seconds(line.out, event, *nanoseconds);
    }
}

void append_origin(JsonLine& line) {
    static constexpr PlaceMembers src{",\"src_country\":\"", ",\"src_city\":\"",
                                      ",\"src_asn\":", ",\"src_as_org\":\""};
    static constexpr PlaceMembers dest{",\"dest_country\":\"", ",\"dest_city\":\"",
                                       ",\"dest_asn\":", ",\"dest_as_org\":\""};
    const Event& event = line.event;
    line.put(",\"event_id\":\"", EventIdText{event.id}, "\",\"dnstap_type\":\"", MessageTypeName{event}, '"');
    if (!event.registered_domain.empty()) line.text(",\"registered_domain\":\"", event.registered_domain);
    append_place(line, event.query_place, src);
    append_place(line, event.response_place, dest);
    append_edns(line);
    append_zone(line, ",\"zone\":\"");
    append_policy(line);
    if (!event.extra.empty()) line.opaque(",\"extra\":\"", event.extra);
    append_kind(line);
    append_circumstances(line);
}

}  // namespace

void CimEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) return append_cim_notice(event, {second_, records});
    TextBuffer& out = records.open(event);
    JsonLine line(out, event, second_, max_event_bytes - room_after_sections);
    line.time("{\"timestamp\":\"", event.time);
    line.put(event.is_response ? std::string_view(",\"message_type\":\"Response\"")
                               : std::string_view(",\"message_type\":\"Query\""));
    append_question(line);
    append_answers(line);
    append_ends(line);
    append_size_and_time(line);
    line.put(",\"vendor_product\":\"Tapferry\",\"app\":\"dns\"");
    append_remembered(line, ",\"dvc\":\"", event.identity, identity_);
    append_remembered(line, ",\"dvc_version\":\"", event.version, version_);
    append_origin(line);
    append_remembered(line, ",\"input\":\"", event.input, input_);
    append_labels(line);
    line.put('}');
    close_record(line, records);
}

}  // namespace tapferry
