#include "encoders/json/asim.h"

#include "encoders/bounds.h"
#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "encoders/event_roles.h"
#include "encoders/json/json_members.h"
#include "encoders/json/json_notices.h"

namespace tapferry {
namespace {

// A device or source that is not known is called by the product, as ASIM has it.
constexpr std::string_view product = "Tapferry";

// The schema knows these five; the opcode itself stands in AdditionalFields.
std::string_view type_of(const Event& event) {
    switch (has_dns_header(event) ? event.dns.opcode : 0) {
        case 2:
            return "Status";
        case 4:
            return "Notify";
        case 5:
            return "Update";
        case 6:
            return "DNS Stateful Operations";
        default:
            return "Query";
    }
}

// The result of a query is not known yet. ASIM calls every code but NOERROR a failure.
std::string_view result_of(const Event& event) {
    if (event.kind == EventKind::unanswered) return "Failure";
    if (!has_rcode(event)) return "NA";
    return event.dns.rcode == 0 ? "Success" : "Failure";
}

std::string_view severity_of(const Event& event) {
    static constexpr std::string_view words[severity_step_count] = {"Informational", "Low", "Medium", "High"};
    return words[static_cast<std::size_t>(severity_step(event))];
}

void append_times(JsonLine& line) {
    const Event& event = line.event;
    line.time("{\"TimeGenerated\":\"", event.time);
    line.put(",\"EventCount\":1");
    line.time(",\"EventStartTime\":\"", is_exchange(event) ? *event.query_time : event.time);
    line.time(",\"EventEndTime\":\"", event.time);
}

void append_result(JsonLine& line) {
    const Event& event = line.event;
    line.put(",\"EventType\":\"", type_of(event), "\",\"EventSubType\":\"",
             event.is_response ? std::string_view("response") : std::string_view("request"),
             "\",\"EventResult\":\"", result_of(event), '"');
    if (has_rcode(event)) {
        const RcodeName rcode{event.dns.rcode};
        line.put(",\"EventResultDetails\":\"", rcode, "\",\"DnsResponseCodeName\":\"", rcode,
                 "\",\"DnsResponseCode\":", Decimal{event.dns.rcode});
    } else {
        line.put(",\"EventResultDetails\":\"NA\",\"DnsResponseCodeName\":\"NA\"");
    }
    line.put(",\"EventSeverity\":\"", severity_of(event),
             "\",\"EventVendor\":\"Tapferry\",\"EventProduct\":\"Tapferry\",\"EventProductVersion\":"
             "\"" TAPFERRY_MAJOR_MINOR
             "\",\"EventSchema\":\"Dns\",\"EventSchemaVersion\":\"0.1.7\","
             "\"EventOriginalUid\":\"",
             EventIdText{event.id}, "\",\"EventOriginalType\":\"", MessageTypeName{event}, '"');
}

void append_header(JsonLine& line) {
    const Event& event = line.event;
    if (!has_dns_header(event)) return;
    const dns::Message& dns = event.dns;
    line.put(",\"TransactionIdHex\":\"");
    const std::uint8_t id[] = {static_cast<std::uint8_t>(dns.id >> 8),
                               static_cast<std::uint8_t>(dns.id & 0xFF)};
    append_hex(line.out, id);
    line.put('"');
    if (const std::string_view flags = flag_words(dns); !flags.empty()) {
        line.put(",\"DnsFlags\":\"", flags, '"');
    }
    const auto flag = [&](std::string_view member, bool set) {
        line.put(member, set ? std::string_view("true") : std::string_view("false"));
    };
    flag(",\"DnsFlagsAuthoritative\":", dns.aa());
    flag(",\"DnsFlagsTruncated\":", dns.tc());
    flag(",\"DnsFlagsRecursionDesired\":", dns.rd());
    flag(",\"DnsFlagsRecursionAvailable\":", dns.ra());
    flag(",\"DnsFlagsAuthenticated\":", dns.ad());
    flag(",\"DnsFlagsCheckingDisabled\":", dns.cd());
    flag(",\"DnsFlagsZ\":", dns.z());
}

void append_question(JsonLine& line) {
    const Event& event = line.event;
    if (!event.qname.empty()) line.qname(",\"DnsQuery\":\"");
    if (!event.has_question) return;
    line.put(",\"DnsQueryType\":", Decimal{event.qtype}, ",\"DnsQueryTypeName\":\"", TypeName{event.qtype},
             "\",\"DnsQueryClass\":", Decimal{event.qclass}, ",\"DnsQueryClassName\":\"",
             ClassName{event.qclass}, '"');
}

// Each as in a zone file, with "; " between.
void append_answers(JsonLine& line) {
    line.list(",\"DnsResponseName\":\"", "; ", '"', line.event.dns.answers,
              [&](const dns::ResourceRecord& record) {
                  line.owner(record);
                  line.put(' ', Decimal{record.ttl}, ' ', ClassName{record.rclass}, ' ',
                           TypeName{record.type}, ' ');
                  line.rdata(record);
              });
}

void append_network(JsonLine& line) {
    const Event& event = line.event;
    if (event.protocol != SocketProtocol::unknown) {
        line.put(transport_number(event) == 17 ? std::string_view(",\"NetworkProtocol\":\"UDP\"")
                                               : std::string_view(",\"NetworkProtocol\":\"TCP\""));
    }
    if (const std::uint8_t version = ip_version(event); version != 0) {
        line.put(version == 4 ? std::string_view(",\"NetworkProtocolVersion\":\"IPv4\"")
                              : std::string_view(",\"NetworkProtocolVersion\":\"IPv6\""));
    }
    if (const std::optional<std::uint64_t> nanoseconds = latency(event)) {
        line.put(",\"DnsNetworkDuration\":", Decimal{*nanoseconds / 1'000'000});
    }
}

}  // namespace

void AsimEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) return append_asim_notice(event, {second_, records});
    TextBuffer& out = records.open(event);
    JsonLine line(out, event, second_, max_event_bytes - room_after_sections);
    append_times(line);
    append_result(line);
    append_device(line);
    append_ends(line);
    append_network(line);
    append_header(line);
    append_question(line);
    append_answers(line);
    append_additional(line);
    line.put('}');
    close_record(line, records);
}

void AsimEncoder::append_device(JsonLine& line) {
    const Event& event = line.event;
    const IpAddress& address = server_end(event).address;
    if (!event.identity.empty()) {
        append_remembered(line, ",\"Dvc\":\"", event.identity, identity_);
    } else if (address.present()) {
        line.put(",\"Dvc\":\"", AddressText{address}, '"');
    } else {
        line.put(",\"Dvc\":\"", product, '"');
    }
    if (address.present()) line.put(",\"DvcIpAddr\":\"", AddressText{address}, '"');
    if (!event.policy.present) return;
    if (const std::string_view action = policy_action_name(event.policy.action); !action.empty()) {
        line.put(",\"DvcAction\":\"", action, '"');
    }
}

void AsimEncoder::append_ends(JsonLine& line) {
    static constexpr PlaceMembers src{",\"SrcGeoCountry\":\"", ",\"SrcGeoCity\":\"", {}, {}};
    static constexpr PlaceMembers dst{",\"DstGeoCountry\":\"", ",\"DstGeoCity\":\"", {}, {}};
    const Event& event = line.event;
    const WrittenAddress query(event.query.address);
    const WrittenAddress response(event.response.address);
    if (!query.empty()) {
        line.put(",\"Src\":\"", query.view(), "\",\"SrcIpAddr\":\"", query.view(), '"');
    } else if (!event.identity.empty()) {
        // Servers that leave it out ask for themselves.
        append_remembered(line, ",\"Src\":\"", event.identity, source_);
    } else {
        line.put(",\"Src\":\"", product, '"');
    }
    if (event.query.port != 0) line.put(",\"SrcPortNumber\":", Decimal{event.query.port});
    append_place(line, event.query_place, src);
    if (!response.empty()) {
        line.put(",\"Dst\":\"", response.view(), "\",\"DstIpAddr\":\"", response.view(), '"');
    }
    if (event.response.port != 0) line.put(",\"DstPortNumber\":", Decimal{event.response.port});
    append_place(line, event.response_place, dst);
}

void AsimEncoder::append_additional(JsonLine& line) {
    static constexpr PlaceMembers src{{}, {}, ",\"src_asn\":", ",\"src_as_org\":\""};
    static constexpr PlaceMembers dst{{}, {}, ",\"dst_asn\":", ",\"dst_as_org\":\""};
    const Event& event = line.event;
    line.put(",\"AdditionalFields\":{\"type\":\"", MessageTypeName{event}, '"');
    append_remembered(line, ",\"version\":\"", event.version, version_);
    append_protocol(line);
    if (has_dns_header(event)) line.put(",\"opcode\":\"", OpcodeName{event.dns.opcode}, '"');
    if (has_rcode(event)) line.put(",\"answer_count\":", Decimal{event.dns.answers.size()});
    if (event.has_message) line.put(",\"bytes\":", Decimal{event.dns.wire.size()});
    append_edns(line);
    if (!event.registered_domain.empty()) line.text(",\"registered_domain\":\"", event.registered_domain);
    append_place(line, event.query_place, src);
    append_place(line, event.response_place, dst);
    append_zone(line, ",\"zone\":\"");
    append_policy(line);
    if (!event.extra.empty()) line.opaque(",\"extra\":\"", event.extra);
    append_kind(line);
    append_circumstances(line);
    append_remembered(line, ",\"input\":\"", event.input, input_);
    append_labels(line);
    line.put('}');
}

}  // namespace tapferry
