#include "encoders/json/json_members.h"

#include <algorithm>

#include "encoders/event_facts.h"
#include "proto/edns.h"

namespace tapferry {
namespace {

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

// Those that have no member of their own.
void append_other_options(JsonLine& line, const dns::Edns& edns) {
    std::string_view before = ",\"options\":[";
    dns::each_other_option(edns, max_shown_options, [&](std::uint16_t code, dns::Wire octets) {
        const dns::Wire shown = octets.first(std::min(octets.size(), max_option_bytes));
        line.put(before, "{\"code\":", Decimal{code}, ",\"data\":\"");
        append_hex(line.out, shown);
        line.put("\"}");
        if (shown.size() != octets.size()) line.clipped = true;
        before = ",";
    });
    if (before == ",") line.put(']');
    if (edns.other_options > max_shown_options) line.clipped = true;
}

}  // namespace

void append_protocol(JsonLine& line) {
    const Event& event = line.event;
    if (event.protocol != SocketProtocol::unknown) {
        line.put(",\"protocol\":\"", SocketProtocolName{event.protocol}, '"');
    }
    if (event.http_protocol != HttpProtocol::unknown) {
        line.put(",\"http_protocol\":\"", http_protocol_name(event.http_protocol), '"');
    }
}

void append_edns(JsonLine& line) {
    if (!line.event.dns.has_edns) return;
    const dns::Edns& edns = line.event.dns.edns;
    line.put(",\"edns\":{\"version\":", Decimal{edns.version}, ",\"udp_size\":", Decimal{edns.udp_size},
             ",\"do\":", edns.dnssec_ok ? std::string_view("true") : std::string_view("false"));
    if (edns.compact_ok()) line.put(",\"co\":true");
    if (edns.has_client_subnet) append_client_subnet(line, edns);
    if (edns.has_nsid && !edns.nsid.empty()) line.opaque(",\"nsid\":\"", edns.nsid);
    if (edns.has_cookie) line.put(",\"cookie_length\":", Decimal{edns.cookie_length});
    if (edns.has_padding) line.put(",\"padding_length\":", Decimal{edns.padding_length});
    if (!edns.errors.empty()) append_extended_errors(line, edns);
    if (edns.other_options != 0) append_other_options(line, edns);
    line.put('}');
}

void append_known_place(JsonLine& line, const GeoPlace& place, const PlaceMembers& members) {
    const auto text = [&](std::string_view member, std::string_view bytes) {
        if (!member.empty() && !bytes.empty()) line.opaque(member, bytes);
    };
    text(members.country, place.country);
    text(members.city, place.city);
    if (!members.as_number.empty() && place.as_number != 0) {
        line.put(members.as_number, Decimal{place.as_number});
    }
    text(members.as_organization, place.as_organization);
}

void append_present_policy(JsonLine& line) {
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

void append_zone(JsonLine& line, std::string_view prefix) {
    if (line.event.query_zone.empty()) return;
    line.put(prefix);
    line.escaped([&] { append_name(line.out, line.event.query_zone, 0); });
    line.put('"');
}

void append_kind(JsonLine& line) {
    const Event& event = line.event;
    if (event.kind != EventKind::message) line.put(",\"kind\":\"", event_kind_name(event.kind), '"');
    if (event.dns.malformed != nullptr) {
        line.put(",\"malformed\":\"", std::string_view(event.dns.malformed), '"');
    }
}

void append_circumstances(JsonLine& line) {
    const Event& event = line.event;
    if (line.clipped) line.put(",\"clipped\":true");
    if (event.time_source == TimeSource::agent) line.put(",\"time_source\":\"agent\"");
    if (event.sample_rate < 1) {
        line.put(",\"sample_rate\":");
        append_rate(line.out, event.sample_rate);
    }
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

void append_flat_labels(JsonLine& line, std::string_view prefix) {
    for (const Label& label : line.event.labels) {
        line.put(prefix, label.name);
        line.opaque("\":\"", label.value);
    }
}

}  // namespace tapferry
