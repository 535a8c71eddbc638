#include "encoders/json.h"

#include "encoders/bounds.h"
#include "encoders/escape.h"
#include "encoders/event_facts.h"
#include "encoders/json_line.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

// What follows the sections takes less than this, but for more labels than anyone has: EDNS with its errors,
// zone, policy and extra, with each byte escaped.
constexpr std::size_t room_after_sections = 9 * 1024;

void append_remembered(JsonLine& line, std::string_view prefix, std::string_view bytes,
                       RememberedText& text) {
    if (!bytes.empty()) line.put(text.text_of(prefix, bytes, escape_json, "\""));
}

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
    if (event.protocol != SocketProtocol::unknown) {
        line.put(",\"protocol\":\"", SocketProtocolName{event.protocol}, '"');
    }
    if (event.http_protocol != HttpProtocol::unknown) {
        line.put(",\"http_protocol\":\"", http_protocol_name(event.http_protocol), '"');
    }
}

void append_dns_header(JsonLine& line) {
    if (!has_dns_header(line.event)) return;
    const dns::Message& dns = line.event.dns;
    line.put(",\"dns_id\":", Decimal{dns.id}, ",\"opcode\":\"", OpcodeName{dns.opcode}, '"', json_flags(dns));
}

void append_question(JsonLine& line) {
    const Event& event = line.event;
    if (!event.qname.empty()) line.qname();
    if (event.has_question) {
        line.put(",\"qtype\":\"", TypeName{event.qtype}, "\",\"qclass\":\"", ClassName{event.qclass}, '"');
    }
    if (has_rcode(event)) line.put(",\"rcode\":\"", RcodeName{event.dns.rcode}, '"');
}

void append_client_subnet(JsonLine& line, const dns::Edns& edns) {
    line.put(",\"client_subnet\":\"");
    append_client_subnet(line.out, edns);
    line.put('"');
}

void append_extended_errors(JsonLine& line, const dns::Edns& edns) {
    line.put(",\"ede\":[");
    std::size_t shown = 0;
    for (const dns::ExtendedError& error : edns.errors) {
        if (shown == max_shown_extended_errors) {
            line.clipped = true;
            break;
        }
        if (shown++ != 0) line.put(',');
        line.put("{\"code\":", Decimal{error.code});
        if (!error.text.empty()) line.opaque(",\"text\":\"", error.text);
        line.put('}');
    }
    line.put(']');
}

void append_edns(JsonLine& line) {
    if (!line.event.dns.has_edns) return;
    const dns::Edns& edns = line.event.dns.edns;
    line.put(",\"edns\":{\"version\":", Decimal{edns.version}, ",\"udp_size\":", Decimal{edns.udp_size},
             ",\"do\":", edns.dnssec_ok ? std::string_view("true") : std::string_view("false"));
    if (edns.has_client_subnet) append_client_subnet(line, edns);
    if (edns.has_nsid && !edns.nsid.empty()) line.opaque(",\"nsid\":\"", edns.nsid);
    if (!edns.errors.empty()) append_extended_errors(line, edns);
    line.put('}');
}

void append_size_and_times(JsonLine& line) {
    const Event& event = line.event;
    if (event.has_message) line.put(",\"bytes\":", Decimal{event.dns.wire.size()});
    if (event.query_time) line.time(",\"query_time\":\"", *event.query_time);
    if (event.response_time) line.time(",\"response_time\":\"", *event.response_time);
    if (const std::optional<std::uint64_t> nanoseconds = latency(event)) {
        line.put(",\"latency\":");
        append_fraction(line.out, *nanoseconds, 9, event.time_digits);
    }
}

void append_policy(JsonLine& line) {
    const Policy& policy = line.event.policy;
    std::string_view before = ",\"policy\":{";
    const auto member = [&](std::string_view name) {
        line.put(before, name);
        before = ",";
    };
    if (!policy.type.empty()) {
        member("\"type\":");
        line.opaque("\"", policy.type);
    }
    if (!policy.rule.empty()) {
        member("\"rule\":\"");
        line.escaped([&] { append_policy_rule(line.out, policy.rule); });
        line.put('"');
    }
    if (const std::string_view action = policy_action_name(policy.action); !action.empty()) {
        member("\"action\":");
        line.put('"', action, '"');
    }
    if (const std::string_view match = policy_match_name(policy.match); !match.empty()) {
        member("\"match\":");
        line.put('"', match, '"');
    }
    if (!policy.value.empty()) {
        member("\"value\":");
        line.opaque("\"", policy.value);
    }
    if (before == ",") line.put('}');
}

void append_zone_and_policy(JsonLine& line) {
    const Event& event = line.event;
    if (!event.query_zone.empty()) {
        line.put(",\"zone\":\"");
        line.escaped([&] { append_name(line.out, event.query_zone, 0); });
        line.put('"');
    }
    if (event.policy.present) append_policy(line);
    if (!event.extra.empty()) line.opaque(",\"extra\":\"", event.extra);
}

void append_circumstances(JsonLine& line) {
    const Event& event = line.event;
    if (event.kind != EventKind::message) line.put(",\"kind\":\"", event_kind_name(event.kind), '"');
    if (event.dns.malformed != nullptr) line.put(",\"malformed\":\"", event.dns.malformed, '"');
    if (line.clipped) line.put(",\"clipped\":true");
    if (event.time_source == TimeSource::agent) line.put(",\"time_source\":\"agent\"");
}

void append_labels(JsonLine& line) {
    std::string_view before = ",\"labels\":{\"";
    for (const Label& label : line.event.labels) {
        line.put(before, label.name);
        line.opaque("\":\"", label.value);
        before = ",\"";
    }
    if (!line.event.labels.empty()) line.put('}');
}

}  // namespace

JsonEncoder::JsonEncoder(const JsonOptions& options)
    : additional_(options.additional), end_(options.schema ? ",\"schema\":\"tapferry/1\"}" : "}") {}

void JsonEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    JsonLine line(out, event, second_, max_event_bytes - room_after_sections);
    append_time_and_type(line);
    append_remembered(line, ",\"identity\":\"", event.identity, identity_);
    append_remembered(line, ",\"version\":\"", event.version, version_);
    append_endpoints(line);
    append_dns_header(line);
    append_question(line);
    line.section(",\"answers\":[", event.dns.answers);
    if (has_rcode(event)) line.put(",\"answer_count\":", Decimal{event.dns.answers.size()});
    line.section(",\"authority\":[", event.dns.authority);
    if (additional_) line.section(",\"additional\":[", event.dns.additional);
    append_edns(line);
    append_size_and_times(line);
    append_zone_and_policy(line);
    append_circumstances(line);
    append_remembered(line, ",\"input\":\"", event.input, input_);
    append_labels(line);
    out.append(end_);
    records.close(event);
}

}  // namespace tapferry
