#include "encoders/json/ecs.h"

#include <array>

#include "encoders/bounds.h"
#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "encoders/event_roles.h"
#include "encoders/json/ecs_related.h"
#include "encoders/json/json_members.h"
#include "encoders/json/json_notices.h"

namespace tapferry {
namespace {

// Elasticsearch leaves keywords that are longer unindexed.
constexpr std::size_t max_keyword = 1024;
// Both ends, network and observer.
constexpr std::size_t room_for_ends = 1024;
constexpr std::size_t room_for_related = 6 * 1024;

// event.action by class of event: its identifier in lower case.
std::string_view action_of(const Event& event) {
    static constexpr auto actions = std::to_array<std::string_view>(
        {"dns-query",       "dns-response",   "dns-upstream-query", "dns-upstream-response", "dns-update",
         "dns-policy",      "dns-newdomain",  "dns-malformed",      "dns-unanswered",        "agent-gap",
         "agent-recovered", "agent-silent",   "agent-heard-again",  "agent-started",         "agent-stopped",
         "agent-upgraded",  "agent-rejected", "agent-dead-letter",  "agent-nothing-passes",  "agent-ledger",
         "agent-probe"});
    static_assert(actions.size() == event_class_count);
    return actions[event_class_index(event)];
}

std::string_view type_of(const Event& event) {
    const PolicyAction action = event.policy.action;
    if (!event.policy.present || action == PolicyAction::unknown) return ",\"type\":[\"protocol\",\"info\"]";
    const bool passed = action == PolicyAction::pass || action == PolicyAction::local_data;
    return passed ? ",\"type\":[\"protocol\",\"info\",\"allowed\"]"
                  : ",\"type\":[\"protocol\",\"info\",\"denied\"]";
}

std::string_view outcome_text(const Event& event) {
    switch (outcome_of(event)) {
        case EventOutcome::success:
            return "\",\"outcome\":\"success\",\"id\":\"";
        case EventOutcome::failure:
            return "\",\"outcome\":\"failure\",\"id\":\"";
        case EventOutcome::unknown:
            break;
    }
    return "\",\"outcome\":\"unknown\",\"id\":\"";
}

void append_event(JsonLine& line, SecondText& received_second) {
    const Event& event = line.event;
    line.put(type_of(event), ",\"action\":\"", action_of(event), outcome_text(event), EventIdText{event.id},
             "\",\"created\":\"", received_second.of(event.received.seconds),
             FractionText{event.received.nanoseconds, 3}, "Z\"");
    if (const std::optional<std::uint64_t> nanoseconds = latency(event)) {
        line.time(",\"start\":\"", *event.query_time);
        line.time(",\"end\":\"", *event.response_time);
        line.put(",\"duration\":", Decimal{*nanoseconds});
    }
    if (event.dns.malformed != nullptr) line.text(",\"reason\":\"", event.dns.malformed);
}

void append_dns_header(JsonLine& line) {
    if (!has_dns_header(line.event)) return;
    const dns::Message& dns = line.event.dns;
    line.put(",\"id\":\"", Decimal{dns.id}, "\",\"op_code\":\"", OpcodeName{dns.opcode}, '"');
    const std::string_view flags = quoted_flags(dns);
    const bool dnssec_ok = dns.has_edns && dns.edns.dnssec_ok;
    if (!flags.empty() || dnssec_ok) {
        const std::string_view last = !dnssec_ok ? "]" : flags.empty() ? "\"DO\"]" : ",\"DO\"]";
        line.put(",\"header_flags\":[", flags, last);
    }
    if (has_rcode(line.event)) line.put(",\"response_code\":\"", RcodeName{dns.rcode}, '"');
}

void append_question(JsonLine& line) {
    const Event& event = line.event;
    if (event.qname.empty()) return;
    line.qname(",\"question\":{\"name\":\"");
    if (event.has_question) {
        line.put(",\"type\":\"", TypeName{event.qtype}, "\",\"class\":\"", ClassName{event.qclass}, '"');
    }
    if (!event.registered_domain.empty()) line.text(",\"registered_domain\":\"", event.registered_domain);
    if (const std::string_view subdomain = subdomain_of(event); !subdomain.empty()) {
        line.text(",\"subdomain\":\"", subdomain);
    }
    if (!event.public_suffix.empty()) line.text(",\"top_level_domain\":\"", event.public_suffix);
    line.put('}');
}

void append_geo(JsonLine& line, const GeoPlace& place) {
    if (!place.country.empty() || !place.city.empty()) {
        line.put(",\"geo\":{");
        if (!place.country.empty()) line.opaque("\"country_iso_code\":\"", place.country);
        if (!place.country.empty() && !place.city.empty()) line.put(',');
        if (!place.city.empty()) line.opaque("\"city_name\":\"", place.city);
        line.put('}');
    }
    if (place.as_number != 0) {
        line.put(",\"as\":{\"number\":", Decimal{place.as_number});
        if (!place.as_organization.empty()) {
            line.opaque(",\"organization\":{\"name\":\"", place.as_organization);
            line.put('}');
        }
        line.put('}');
    }
}

// One end under both of its names: that of the packet and that of the exchange.
void append_end(JsonLine& line, const Endpoint& end, const GeoPlace& place, std::string_view packet_name,
                std::string_view exchange_name) {
    const WrittenAddress ip(end.address);
    if (ip.empty()) {
        if (end.port != 0) line.put(packet_name, "\"port\":", Decimal{end.port}, '}');
        return;
    }
    line.put(packet_name, "\"ip\":\"", ip.view(), "\",\"address\":\"", ip.view(), '"');
    if (end.port != 0) line.put(",\"port\":", Decimal{end.port});
    if (place.present()) append_geo(line, place);
    line.put('}', exchange_name, "\"ip\":\"", ip.view(), '"');
    if (end.port != 0) line.put(",\"port\":", Decimal{end.port});
    line.put('}');
}

void append_network(JsonLine& line) {
    static constexpr std::string_view directions[] = {"unknown\"", "ingress\"", "egress\""};
    const Event& event = line.event;
    line.put(",\"network\":{\"protocol\":\"dns\",\"direction\":\"",
             directions[static_cast<std::size_t>(direction_of(event))]);
    if (const std::uint8_t version = ip_version(event); version != 0) {
        line.put(version == 4 ? std::string_view(",\"type\":\"ipv4\"")
                              : std::string_view(",\"type\":\"ipv6\""));
    }
    if (event.protocol != SocketProtocol::unknown) {
        line.put(transport_number(event) == 17
                     ? std::string_view(",\"transport\":\"udp\",\"iana_number\":\"17\"")
                     : std::string_view(",\"transport\":\"tcp\",\"iana_number\":\"6\""));
    }
    if (event.has_message) line.put(",\"bytes\":", Decimal{event.dns.wire.size()});
    line.put('}');
}

void append_dnstap(JsonLine& line) {
    const Event& event = line.event;
    line.put(",\"dnstap\":{\"type\":\"", MessageTypeName{event}, '"');
    if (event.protocol != SocketProtocol::unknown) {
        line.put(",\"socket_protocol\":\"", SocketProtocolName{event.protocol}, '"');
    }
    if (event.http_protocol != HttpProtocol::unknown) {
        line.put(",\"http_protocol\":\"", http_protocol_name(event.http_protocol), '"');
    }
    if (has_rcode(event)) line.put(",\"answer_count\":", Decimal{event.dns.answers.size()});
    append_edns(line);
    append_zone(line, ",\"query_zone\":\"");
    append_policy(line);
    if (!event.extra.empty()) line.opaque(",\"extra\":\"", event.extra);
    append_kind(line);
    append_circumstances(line);
}

}  // namespace

EcsEncoder::EcsEncoder(const EcsOptions& options) : head_(",\"ecs\":{\"version\":\"8.17.0\"}") {
    if (!options.type.empty()) {
        head_ += ",\"data_stream\":{\"type\":\"" + options.type + "\",\"dataset\":\"" + options.dataset +
                 "\",\"namespace\":\"" + options.name_space + "\"}";
    }
    head_ += ",\"agent\":{\"type\":\"tapferry\",\"version\":\"" TAPFERRY_MAJOR_MINOR
             "\"},\"event\":{\"kind\":\"event\",\"category\":[\"network\"],\"dataset\":\"" +
             options.dataset + "\",\"module\":\"dns\",\"provider\":\"tapferry\"";
}

void EcsEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr) return append_ecs_notice(event, {second_, records}, head_);
    TextBuffer& out = records.open(event);
    JsonLine line(out, event, second_,
                  max_event_bytes - room_after_sections - room_for_ends - room_for_related, max_keyword);
    line.time("{\"@timestamp\":\"", event.time);
    line.put(std::string_view(head_));
    append_event(line, received_second_);
    line.put(event.is_response ? std::string_view("},\"dns\":{\"type\":\"answer\"")
                               : std::string_view("},\"dns\":{\"type\":\"query\""));
    append_dns_header(line);
    append_question(line);
    const EcsRelated related(event, line.section(",\"answers\":[", event.dns.answers));
    line.sections_end += room_for_related;
    related.append_resolved(line);
    line.put('}');
    append_end(line, event.query, event.query_place, ",\"source\":{", ",\"client\":{");
    append_end(line, event.response, event.response_place, ",\"destination\":{", ",\"server\":{");
    append_network(line);
    append_observer(line);
    related.append(line);
    append_dnstap(line);
    append_remembered(line, ",\"input\":\"", event.input, input_);
    line.put('}');
    append_labels(line);
    line.put('}');
    close_record(line, records);
}

void EcsEncoder::append_observer(JsonLine& line) {
    const Event& event = line.event;
    line.put(",\"observer\":{\"type\":\"dns\"");
    append_remembered(line, ",\"name\":\"", event.identity, identity_);
    append_remembered(line, ",\"version\":\"", event.version, version_);
    if (const IpAddress& address = server_end(event).address; address.present()) {
        line.put(",\"ip\":[\"", AddressText{address}, "\"]");
    }
    line.put('}');
}

}  // namespace tapferry
