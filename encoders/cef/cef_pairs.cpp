#include "encoders/cef/cef_pairs.h"

#include "encoders/cef/answer_list.h"
#include "encoders/escape.h"
#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "encoders/event_roles.h"
#include "proto/characters.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

// Lengths of ArcSight's dictionary in characters, before escaping.
constexpr std::size_t max_destination_dns_domain = 255;
constexpr std::size_t max_dhost = 1023;
constexpr std::size_t max_dvchost = 100;

// Receivers keep pairs of keys that they do not know as one text, "key=value;key=value", and split it there:
// no other pair begins within a value that has none. "=" is escaped as everywhere.
constexpr std::string_view separator_of_own_pairs = ";";

void escape_own_value(TextBuffer& out, std::size_t from) {
    escape_end_spaces(out, from);
    escape_listed(out, from, separator_of_own_pairs);
    escape_cef_value(out, from);
}

void append_own_value(TextBuffer& out, std::string_view bytes) {
    const std::size_t from = out.size();
    append_opaque(out, bytes);
    escape_own_value(out, from);
}

}  // namespace

void append_key_part(TextBuffer& out, std::string_view name) {
    bool begins = true;
    for (const char c : name) {
        if (c != '_') out.push_back(begins ? to_upper(c) : c);
        begins = c == '_';
    }
}

void append_unix_ms(TextBuffer& out, const Timestamp& time) {
    append_unix_time(out, time, 0);
    // The digits of the milliseconds without their dot.
    char dotted[FractionText::room];
    const char* const end = FractionText{time.nanoseconds, 3}.write(dotted);
    out.append(std::string_view(dotted + 1, end));
}

void append_cef_opaque(TextBuffer& out, std::string_view prefix, std::string_view bytes) {
    out.append(prefix);
    const std::size_t from = out.size();
    append_opaque(out, bytes);
    escape_end_spaces(out, from);
    escape_cef_value(out, from);
}

// No key may stand twice, although names that differ in their underscores and first letters alone give one
// key: the first of them stands. No value can look like a key, since a backslash stands before each "=".
void append_cef_labels(TextBuffer& out, std::span<const Label> labels) {
    const std::size_t begin = out.size();
    for (const Label& label : labels) {
        const std::size_t from = out.size();
        out.append(" TapferryLabel");
        append_key_part(out, label.name);
        out.push_back('=');
        const bool twice =
            out.view().substr(begin, from - begin).find(out.view(from)) != std::string_view::npos;
        if (twice) {
            out.truncate(from);
        } else {
            append_own_value(out, label.value);
        }
    }
}

void CefPairs::text(std::string_view prefix, std::string_view value) {
    out.append(prefix);
    const std::size_t from = out.size();
    out.append(value);
    escape_cef_value(out, from);
}

void CefPairs::address(const IpAddress& address, std::string_view inline_key, std::string_view c6a_keys) {
    if (!address.present()) return;
    out.append(address.is_v6() && ipv6 == CefOptions::Ipv6::c6a ? c6a_keys : inline_key,
               AddressText{address});
}

void CefPairs::source_address() {
    address(event.query.address, " src=", " c6a2Label=Source IPv6 Address c6a2=");
}

void CefPairs::source_port() {
    if (event.query.port != 0) out.append(" spt=", Decimal{event.query.port});
}

void CefPairs::destination_address() {
    address(event.response.address, " dst=", " c6a3Label=Destination IPv6 Address c6a3=");
}

void CefPairs::destination_port() {
    if (event.response.port != 0) out.append(" dpt=", Decimal{event.response.port});
}

void CefPairs::protocol() {
    if (const std::string_view transport = ip_transport(event); !transport.empty()) {
        out.append(" proto=", transport);
    }
    out.append(" app=DNS");
}

void CefPairs::name() {
    if (event.qname.empty()) return;
    const std::string_view shown = last_labels(event.qname, max_destination_dns_domain);
    text(" destinationDnsDomain=", shown);
    if (shown.size() == event.qname.size()) return;
    cut.add(CutField::name);
    if (keep.full_name) {
        text(" dhost=", event.qname.substr(0, max_dhost));
    } else {
        cut.add(CutField::full_name);
    }
}

void CefPairs::identity() {
    if (event.identity.empty()) return;
    out.append(" dvchost=");
    const std::size_t from = out.size();
    append_opaque(out, event.identity);
    escape_end_spaces(out, from);
    if (cut_text(out, from, max_dvchost)) {
        cut.add(CutField::identity);
        while (out.size() != from && out.view(from).back() == ' ') out.truncate(out.size() - 1);
    }
    escape_cef_value(out, from);
}

void CefPairs::direction() {
    switch (direction_of(event)) {
        case Direction::unknown:
            return;
        case Direction::inbound:
            return out.append(" deviceDirection=0");
        case Direction::outbound:
            return out.append(" deviceDirection=1");
    }
}

void CefPairs::category() {
    out.append(" cat=", event_category(event));
}

void CefPairs::id() {
    out.append(" externalId=", EventIdText{event.id});
}

void CefPairs::answers(std::string_view before, std::string_view behind, std::size_t room, NameEnd name_end) {
    const bool one = answer != all_answers;
    const AnswerList list{.first = one ? answer : 0,
                          .wanted = one ? 1 : event.dns.answers.size(),
                          .limit = keep.answers,
                          .room = room,
                          .name_end = name_end,
                          .escape = escape_cef_value};
    append_answer_list(out, event, list, before, behind, shown_answers, cut);
}

void CefPairs::answer_index() {
    if (answer == all_answers) return;
    out.append(" flexNumber1Label=DnsAnswerIndex flexNumber1=", Decimal{answer + 1});
    // Behind the last one that is written stand others, which are not.
    if (answer + 1 == max_shown_records && event.dns.answers.size() > max_shown_records)
        cut.add(CutField::answers);
}

void CefPairs::latency() {
    const std::optional<std::uint64_t> nanoseconds = tapferry::latency(event);
    if (!nanoseconds) return;
    out.append(" cfp1Label=DnsLatencyMs cfp1=");
    append_latency_ms(out, event, *nanoseconds);
}

void CefPairs::sample_rate() {
    if (event.sample_rate == 1) return;
    out.append(" cfp2Label=SampleRate cfp2=");
    append_rate(out, event.sample_rate);
}

void CefPairs::own() {
    if (!event.registered_domain.empty()) text(" TapferryRegisteredDomain=", event.registered_domain);
    if (event.policy.present) policy();
    if (event.query_place.present()) place(event.query_place, " TapferrySource");
    if (event.response_place.present()) place(event.response_place, " TapferryDestination");
    if (!event.labels.empty()) append_cef_labels(out, event.labels);
}

// What `act` does not tell.
void CefPairs::policy() {
    const Policy& policy = event.policy;
    if (!policy.type.empty()) {
        out.append(" TapferryPolicyType=");
        append_own_value(out, policy.type);
    }
    if (!policy.rule.empty()) {
        out.append(" TapferryPolicyRule=");
        const std::size_t from = out.size();
        append_policy_rule(out, policy.rule);
        escape_own_value(out, from);
    }
    if (const std::string_view match = policy_match_name(policy.match); !match.empty())
        out.append(" TapferryPolicyMatch=", match);
    if (!policy.value.empty()) {
        out.append(" TapferryPolicyValue=");
        append_own_value(out, policy.value);
    }
}

void CefPairs::place(const GeoPlace& place, std::string_view prefix) {
    if (!place.country.empty()) {
        out.append(prefix, "Country=");
        append_own_value(out, place.country);
    }
    if (!place.city.empty()) {
        out.append(prefix, "City=");
        append_own_value(out, place.city);
    }
    if (place.as_number != 0) out.append(prefix, "AsNumber=", Decimal{place.as_number});
    if (!place.as_organization.empty()) {
        out.append(prefix, "AsOrganization=");
        append_own_value(out, place.as_organization);
    }
}

void CefPairs::cuts(const std::string_view (&names)[cut_field_count]) {
    if (cut.empty()) return;
    out.append(" flexString1Label=Truncated flexString1=");
    bool first = true;
    for (std::size_t field = 0; field < cut_field_count; ++field) {
        if (!cut.holds(static_cast<CutField>(field))) continue;
        if (!first) out.push_back(',');
        out.append(names[field]);
        first = false;
    }
}

}  // namespace tapferry
