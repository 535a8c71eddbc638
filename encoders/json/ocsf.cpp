#include "encoders/json/ocsf.h"

#include "encoders/bounds.h"
#include "encoders/event_facts.h"
#include "encoders/event_roles.h"
#include "encoders/json/json_members.h"
#include "encoders/json/json_notices.h"
#include "encoders/json/ocsf_names.h"

namespace tapferry {
namespace {

using Version = OcsfOptions::Version;

constexpr std::size_t room_for_observables = 2 * 1024;

// activity_id, and type_uid, which is made of it.
std::string_view activity_of(const Event& event) {
    if (is_exchange(event)) return "\"activity_id\":6,\"activity_name\":\"Traffic\",\"type_uid\":400306";
    return event.is_response ? "\"activity_id\":2,\"activity_name\":\"Response\",\"type_uid\":400302"
                             : "\"activity_id\":1,\"activity_name\":\"Query\",\"type_uid\":400301";
}

std::string_view status_of(const Event& event) {
    switch (outcome_of(event)) {
        case EventOutcome::success:
            return ",\"status_id\":1,\"status\":\"Success\"";
        case EventOutcome::failure:
            return ",\"status_id\":2,\"status\":\"Failure\"";
        case EventOutcome::unknown:
            break;
    }
    return {};
}

void append_head(JsonLine& line) {
    const Event& event = line.event;
    line.put(
        "{\"class_uid\":4003,\"class_name\":\"DNS Activity\",\"category_uid\":4,"
        "\"category_name\":\"Network Activity\",",
        activity_of(event), ",\"severity_id\":", ocsf_severity(event), status_of(event));
    if (event.dns.malformed != nullptr)
        line.text(",\"status_detail\":\"", event.dns.malformed);
    else if (event.kind == EventKind::unanswered)
        line.put(",\"status_detail\":\"unanswered\"");
    line.put(",\"time\":", Decimal{milliseconds_of(event.time)});
}

void append_place_of(JsonLine& line, const GeoPlace& place) {
    if (!place.country.empty() || !place.city.empty()) {
        line.put(",\"location\":{");
        if (!place.country.empty()) line.opaque("\"country\":\"", place.country);
        if (!place.country.empty() && !place.city.empty()) line.put(',');
        if (!place.city.empty()) line.opaque("\"city\":\"", place.city);
        line.put('}');
    }
    if (place.as_number != 0) {
        line.put(",\"autonomous_system\":{\"number\":", Decimal{place.as_number});
        if (!place.as_organization.empty()) line.opaque(",\"name\":\"", place.as_organization);
        line.put('}');
    }
}

void append_end(JsonLine& line, std::string_view name, const Endpoint& end, const GeoPlace& place) {
    if (!end.address.present()) {
        if (end.port != 0) line.put(name, "\"port\":", Decimal{end.port}, '}');
        return;
    }
    line.put(name, "\"ip\":\"", AddressText{end.address}, '"');
    if (end.port != 0) line.put(",\"port\":", Decimal{end.port});
    append_place_of(line, place);
    line.put('}');
}

void append_ends(JsonLine& line) {
    const Event& event = line.event;
    const std::size_t before = line.out.size();
    append_end(line, ",\"src_endpoint\":{", event.query, event.query_place);
    append_end(line, ",\"dst_endpoint\":{", event.response, event.response_place);
    // One of them must be there.
    if (line.out.size() == before) line.put(",\"dst_endpoint\":{\"svc_name\":\"dns\"}");
}

void append_connection(JsonLine& line) {
    static constexpr char directions[] = {'0', '1', '2'};
    const Event& event = line.event;
    line.put(",\"connection_info\":{\"direction_id\":",
             directions[static_cast<std::size_t>(direction_of(event))]);
    if (event.protocol != SocketProtocol::unknown) {
        line.put(",\"protocol_name\":\"", transport_name(event),
                 "\",\"protocol_num\":", Decimal{transport_number(event)});
    }
    if (const std::uint8_t version = ip_version(event); version != 0) {
        line.put(",\"protocol_ver_id\":", Decimal{version});
    }
    line.put('}');
    if (event.has_message) line.put(",\"traffic\":{\"bytes\":", Decimal{event.dns.wire.size()}, '}');
}

void append_header_at_event(JsonLine& line, const OcsfFlagIds& flags) {
    const Event& event = line.event;
    if (!has_dns_header(event)) return;
    const OcsfName opcode = ocsf_opcode(event.dns.opcode);
    line.put(",\"transaction_id\":", Decimal{event.dns.id}, ",\"opcode_id\":", opcode.id, ",\"opcode\":\"",
             opcode.caption, '"', flags.view());
}

void append_question(JsonLine& line, Version version) {
    const Event& event = line.event;
    if (event.qname.empty()) return;
    line.qname(",\"query\":{\"hostname\":\"");
    if (event.has_question) {
        line.put(",\"type\":\"", TypeName{event.qtype}, "\",\"class\":\"", ClassName{event.qclass}, '"');
    }
    if (version == Version::v1_3 && has_dns_header(event)) {
        const OcsfName opcode = ocsf_opcode(event.dns.opcode);
        line.put(",\"opcode_id\":", opcode.id, ",\"opcode\":\"", opcode.caption,
                 "\",\"packet_uid\":", Decimal{event.dns.id});
    }
    line.put('}');
}

void append_answers(JsonLine& line, Version version, const OcsfFlagIds& flags) {
    const Event& event = line.event;
    line.list(",\"answers\":[", ",", ']', event.dns.answers, [&](const dns::ResourceRecord& record) {
        line.put('{');
        if (version == Version::v1_9) {
            line.put("\"hostname\":\"");
            line.owner(record);
            line.put("\",");
        }
        line.put("\"type\":\"", TypeName{record.type}, "\",\"class\":\"", ClassName{record.rclass},
                 "\",\"ttl\":", Decimal{record.ttl}, ",\"rdata\":\"");
        line.rdata(record);
        line.put('"');
        if (version == Version::v1_3) line.put(flags.view());
        line.put('}');
    });
    if (!has_rcode(event)) return;
    const OcsfName rcode = ocsf_rcode(event.dns.rcode);
    line.put(",\"rcode_id\":", rcode.id, ",\"rcode\":\"", rcode.caption, '"');
}

void append_times(JsonLine& line) {
    const Event& event = line.event;
    if (event.query_time) line.put(",\"query_time\":", Decimal{milliseconds_of(*event.query_time)});
    if (event.response_time) line.put(",\"response_time\":", Decimal{milliseconds_of(*event.response_time)});
    if (const std::optional<std::uint64_t> nanoseconds = latency(event)) {
        line.put(",\"duration\":", Decimal{*nanoseconds / 1'000'000});
    }
}

void append_observables(JsonLine& line) {
    const Event& event = line.event;
    std::string_view before = ",\"observables\":[";
    const auto add = [&](std::string_view name_and_type, auto append) {
        line.put(before, name_and_type);
        line.escaped([&] { append(line.out); });
        line.put("\"}");
        before = ",";
    };
    if (!event.qname.empty()) {
        add("{\"name\":\"query.hostname\",\"type_id\":1,\"type\":\"Hostname\",\"value\":\"",
            [&](TextBuffer& out) { out.append(event.qname); });
    }
    if (event.query.address.present()) {
        add("{\"name\":\"src_endpoint.ip\",\"type_id\":2,\"type\":\"IP Address\",\"value\":\"",
            [&](TextBuffer& out) { append_address(out, event.query.address); });
    }
    if (event.response.address.present()) {
        add("{\"name\":\"dst_endpoint.ip\",\"type_id\":2,\"type\":\"IP Address\",\"value\":\"",
            [&](TextBuffer& out) { append_address(out, event.response.address); });
    }
    if (before == ",") line.put(']');
}

}  // namespace

void OcsfEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr)
        return append_ocsf_notice(event, {second_, records},
                                  options_.version == Version::v1_3 ? "1.3.0" : "1.9.0");
    TextBuffer& out = records.open(event);
    JsonLine line(out, event, second_, max_event_bytes - room_after_sections - room_for_observables);
    const OcsfFlagIds flags(event.dns);
    append_head(line);
    append_metadata(line);
    append_ends(line);
    append_connection(line);
    if (options_.version == Version::v1_9) append_header_at_event(line, flags);
    append_question(line, options_.version);
    append_answers(line, options_.version, flags);
    append_times(line);
    if (options_.observables) append_observables(line);
    append_unmapped(line);
    line.put('}');
    close_record(line, records);
}

void OcsfEncoder::append_metadata(JsonLine& line) {
    const Event& event = line.event;
    line.put(",\"metadata\":{\"version\":\"",
             options_.version == Version::v1_3 ? std::string_view("1.3.0") : std::string_view("1.9.0"),
             "\",\"product\":{\"name\":\"Tapferry\",\"vendor_name\":\"Tapferry\",\"version\":"
             "\"" TAPFERRY_MAJOR_MINOR "\"},\"uid\":\"",
             EventIdText{event.id},
             "\",\"log_name\":\"dnstap\",\"logged_time\":", Decimal{milliseconds_of(event.received)});
    append_remembered(line, ",\"log_provider\":\"", event.identity, identity_);
    std::string_view before = ",\"labels\":[\"";
    for (const Label& label : event.labels) {
        line.put(before, label.name);
        line.opaque(":", label.value);
        before = ",\"";
    }
    if (!event.labels.empty()) line.put(']');
    line.put('}');
}

void OcsfEncoder::append_unmapped(JsonLine& line) {
    const Event& event = line.event;
    line.put(",\"unmapped\":{\"dnstap_type\":\"", MessageTypeName{event}, '"');
    append_remembered(line, ",\"server_version\":\"", event.version, version_);
    append_protocol(line);
    if (options_.version == Version::v1_3 && has_dns_header(event)) {
        if (event.qname.empty()) line.put(",\"dns_id\":", Decimal{event.dns.id});
        line.put(json_flags(event.dns));
    }
    if (has_rcode(event)) line.put(",\"answer_count\":", Decimal{event.dns.answers.size()});
    if (!event.registered_domain.empty()) line.text(",\"registered_domain\":\"", event.registered_domain);
    append_edns(line);
    append_zone(line, ",\"zone\":\"");
    append_policy(line);
    if (!event.extra.empty()) line.opaque(",\"extra\":\"", event.extra);
    append_kind(line);
    append_circumstances(line);
    append_remembered(line, ",\"input\":\"", event.input, input_);
    line.put('}');
}

}  // namespace tapferry
