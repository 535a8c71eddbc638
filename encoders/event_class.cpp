#include "encoders/event_class.h"

namespace tapferry {
namespace {

enum ClassIndex : std::uint8_t {
    query,
    response,
    upstream_query,
    upstream_response,
    update,
    policy,
    new_domain,
    malformed
};

constexpr EventClass classes[] = {
    {"DNS-QUERY", "DNS Query", 1},
    {"DNS-RESPONSE", "DNS Response", 1},
    {"DNS-UPSTREAM-QUERY", "DNS Upstream Query", 0},
    {"DNS-UPSTREAM-RESPONSE", "DNS Upstream Response", 0},
    {"DNS-UPDATE", "DNS Update", 3},
    {"DNS-POLICY", "DNS Policy Hit", 6},
    {"DNS-NEWDOMAIN", "DNS New Domain", 3},
    {"DNS-MALFORMED", "DNS Malformed Message", 4},
};

constexpr std::uint16_t servfail = 2;
constexpr std::uint16_t refused = 5;
constexpr std::uint8_t failure_severity = 3;

}  // namespace

std::span<const EventClass> event_classes() {
    return classes;
}

std::size_t event_class_index(const Event& event) {
    if (event.kind == EventKind::malformed) return malformed;
    if (event.kind == EventKind::new_domain) return new_domain;
    if (event.policy.present) return policy;
    switch (event.type) {
        case MessageType::resolver_query:
        case MessageType::forwarder_query:
            return upstream_query;
        case MessageType::resolver_response:
        case MessageType::forwarder_response:
            return upstream_response;
        case MessageType::update_query:
        case MessageType::update_response:
            return update;
        default:
            return event.is_response ? response : query;
    }
}

const EventClass& event_class(const Event& event) {
    return classes[event_class_index(event)];
}

std::uint8_t event_severity(const Event& event) {
    const std::size_t index = event_class_index(event);
    const bool failed =
        index == response && event.has_message && (event.dns.rcode == servfail || event.dns.rcode == refused);
    return failed ? failure_severity : classes[index].severity;
}

std::uint8_t syslog_severity(std::uint8_t cef_severity) {
    if (cef_severity <= 3) return 6;
    if (cef_severity <= 6) return 5;
    return cef_severity <= 8 ? 4 : 3;
}

}  // namespace tapferry
