#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "encoders/event_fields.h"
#include "proto/characters.h"

namespace tapferry {
namespace {

// What other collectors of dnstap call a field, where that is far from our name for it.
struct ForeignName {
    std::string_view name;
    std::string_view ours;
};
constexpr ForeignName foreign_names[] = {
    // DNS-collector's directives
    {"timestamp", "time"},
    {"timestamp-rfc3339ns", "time"},
    {"timestamp-unixms", "unix_ms"},
    {"timestamp-unixus", "unix_us"},
    {"timestamp-unixns", "unix_ns"},
    {"localtime", "bind_time"},
    {"operation", "type"},
    {"queryip", "src"},
    {"queryport", "src_port"},
    {"responseip", "dst"},
    {"responseport", "dst_port"},
    {"query-zone", "zone"},
    {"length", "bytes"},
    {"length-unit", "bytes"},
    {"ttl", "answer_ttl"},
    {"answer", "answer_data"},
    {"rdatatype", "answer_type"},
    {"rdatatypes", "answer_types"},
    {"edns-csubnet", "client_subnet"},
    {"publicsuffix-tld", "public_suffix"},
    {"publicsuffix-etld+1", "registered_domain"},
    {"peer-name", "identity"},
    // dnstap-receiver's keys
    {"datetime", "time"},
    {"message", "type"},
    {"query-ip", "src"},
    {"query-port", "src_port"},
    {"response-ip", "dst"},
    {"response-port", "dst_port"},
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

std::string_view nearest_event_field(std::string_view name) {
    for (const ForeignName& foreign : foreign_names)
        if (foreign.name == name) return foreign.ours;
    const auto fields = event_fields();
    return std::min_element(fields.begin(), fields.end(),
                            [&](const EventField& a, const EventField& b) {
                                return edit_distance(name, a.name) < edit_distance(name, b.name);
                            })
        ->name;
}

std::string_view near_event_field(std::string_view name) {
    std::string lowered(name);
    std::transform(lowered.begin(), lowered.end(), lowered.begin(), to_lower);
    for (const ForeignName& foreign : foreign_names)
        if (foreign.name == lowered) return foreign.ours;
    const std::string_view nearest = nearest_event_field(lowered);
    return edit_distance(lowered, nearest) <= (lowered.size() + 1) / 3 ? nearest : std::string_view{};
}

}  // namespace tapferry
