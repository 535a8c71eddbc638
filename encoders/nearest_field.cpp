#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "encoders/event_fields.h"
#include "proto/characters.h"

namespace tapferry {
namespace {

// What json has one inside the other.
struct NestedName {
    std::string_view nested;
    std::string_view flat;
};
constexpr NestedName nested_names[] = {
    {"edns.version", "edns_version"},
    {"edns.udp_size", "udp_size"},
    {"edns.do", "do"},
    {"edns.client_subnet", "client_subnet"},
    {"edns.nsid", "nsid"},
    {"edns.cookie_length", "cookie_length"},
    {"edns.padding_length", "padding_length"},
    {"edns.ede", "ede"},
    {"edns.ede.code", "ede"},
    {"edns.ede.text", "ede_text"},
    {"policy.type", "policy_type"},
    {"policy.rule", "policy_rule"},
    {"policy.action", "policy_action"},
    {"policy.match", "policy_match"},
    {"policy.value", "policy_value"},
    {"answers.data", "answers"},
    {"answers.type", "answer_types"},
    {"authority.data", "authority"},
    {"additional.data", "additional"},
};

// What other collectors of dnstap call a field, where that is far from our name for it; ours is empty where
// we have none. They are all in lower case, with "_" where the others have "-".
struct ForeignName {
    std::string_view name;
    std::string_view ours;
};
constexpr ForeignName foreign_names[] = {
    // DNS-collector's directives
    {"timestamp", "time"},
    {"timestamp_rfc3339ns", "time"},
    {"timestamp_unixms", "unix_ms"},
    {"timestamp_unixus", "unix_us"},
    {"timestamp_unixns", "unix_ns"},
    {"localtime", "bind_time"},
    {"operation", "type"},
    {"queryip", "src"},
    {"queryport", "src_port"},
    {"responseip", "dst"},
    {"responseport", "dst_port"},
    {"query_zone", "zone"},
    {"query_name", "qname"},
    {"query_type", "qtype"},
    {"length", "bytes"},
    {"length_unit", "bytes"},
    {"ttl", "answer_ttl"},
    {"answer", "answer_data"},
    {"rdatatype", "answer_type"},
    {"rdatatypes", "answer_types"},
    {"edns_csubnet", "client_subnet"},
    {"tld", "public_suffix"},
    {"etld+1", "registered_domain"},
    {"publicsuffix_tld", "public_suffix"},
    {"publicsuffix_etld+1", "registered_domain"},
    {"publixsuffix_tld", "public_suffix"},
    {"publixsuffix_etld+1", "registered_domain"},
    {"peer_name", "identity"},
    {"geoip_country", "src_country"},
    {"geoip_city", "src_city"},
    {"geoip_as_number", "src_asn"},
    {"geoip_as_owner", "src_as_org"},
    {"country", "src_country"},
    {"city", "src_city"},
    {"asn", "src_asn"},
    {"as_owner", "src_as_org"},
    {"atags", "labels"},
    {"df", ""},
    {"tr", ""},
    {"geoip_continent", ""},
    {"continent", ""},
    // dnstap-receiver's keys
    {"datetime", "time"},
    {"message", "type"},
    {"query_ip", "src"},
    {"query_port", "src_port"},
    {"response_ip", "dst"},
    {"response_port", "dst_port"},
    {"rrtype", "qtype"},
    // of the other formats
    {"client", "src"},
    {"server", "dst"},
    {"client_ip", "src"},
    {"server_ip", "dst"},
    {"source", "src"},
    {"destination", "dst"},
    {"query", "qname"},
    {"domain", "qname"},
    {"status", "rcode"},
    {"transport", "protocol"},
    {"size", "bytes"},
};

// Levenshtein's distance.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0U : 1U);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

const EventField* find_json_field(std::string_view name) {
    for (const NestedName& one : nested_names)
        if (one.nested == name) return find_event_field(one.flat);
    return find_event_field(name);
}

std::string_view near_event_field(std::string_view name) {
    std::string plain(name);
    std::transform(plain.begin(), plain.end(), plain.begin(),
                   [](char c) { return c == '-' ? '_' : to_lower(c); });
    for (const ForeignName& foreign : foreign_names)
        if (foreign.name == plain) return foreign.ours;
    const auto fields = event_fields();
    const std::string_view nearest =
        std::min_element(fields.begin(), fields.end(), [&](const EventField& a, const EventField& b) {
            return edit_distance(plain, a.name) < edit_distance(plain, b.name);
        })->name;
    return edit_distance(plain, nearest) <= (plain.size() + 1) / 3 ? nearest : std::string_view{};
}

}  // namespace tapferry
