#include "encoders/event_class.h"

#include <algorithm>

#include "proto/dns_text.h"

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
    malformed,
    unanswered,
    first_notice,  // those of the agent, in the order of NoticeKind
};

constexpr std::array<EventClass, event_class_count> classes{{
    {"DNS-QUERY", "DNS Query", 1},
    {"DNS-RESPONSE", "DNS Response", 1},
    {"DNS-UPSTREAM-QUERY", "DNS Upstream Query", 0},
    {"DNS-UPSTREAM-RESPONSE", "DNS Upstream Response", 0},
    {"DNS-UPDATE", "DNS Update", 3},
    {"DNS-POLICY", "DNS Policy Hit", 6},
    {"DNS-NEWDOMAIN", "DNS New Domain", 3},
    {"DNS-MALFORMED", "DNS Malformed Message", 4},
    {"DNS-UNANSWERED", "DNS Unanswered Query", 3},
    {"AGENT-GAP", "Events Lost", 6},
    {"AGENT-RECOVERED", "Destination Recovered", 3},
    {"AGENT-SILENT", "Input Silent", 5},
    {"AGENT-HEARD-AGAIN", "Input Heard Again", 3},
    {"AGENT-STARTED", "Agent Started", 3},
    {"AGENT-STOPPED", "Agent Stopped", 3},
    {"AGENT-UPGRADED", "Agent Upgraded", 3},
    {"AGENT-REJECTED", "Connections Rejected", 5},
    {"AGENT-DEAD-LETTER", "Events Refused", 6},
    {"AGENT-NOTHING-PASSES", "Filter Passes Nothing", 5},
    {"AGENT-LEDGER", "Ledger", 0},
    {"AGENT-PROBE", "Test Event", 0},
}};

constexpr std::uint16_t noerror = 0;
constexpr std::uint16_t servfail = 2;
constexpr std::uint16_t nxdomain = 3;
constexpr std::uint16_t refused = 5;
constexpr std::uint8_t failure_severity = 3;

std::string rcode_name(std::size_t rcode) {
    TextBuffer name;
    append_rcode(name, static_cast<std::uint16_t>(rcode));
    return std::string(name.view());
}

}  // namespace

std::span<const EventClass> event_classes() {
    return classes;
}

std::size_t event_class_index(const Event& event) {
    switch (event.kind) {
        case EventKind::malformed:
            return malformed;
        case EventKind::new_domain:
            return new_domain;
        case EventKind::unanswered:
            return unanswered;
        case EventKind::notice:
            return first_notice + static_cast<std::size_t>(event.notice->kind);
        case EventKind::message:
            break;
    }
    if (event.policy.present) return policy;
    if (event.type == MessageType::update_query || event.type == MessageType::update_response) return update;
    if (goes_upstream(event.type)) return event.is_response ? upstream_response : upstream_query;
    return event.is_response ? response : query;
}

const EventClass& event_class(const Event& event) {
    return classes[event_class_index(event)];
}

std::string_view event_category(const Event& event) {
    if (event.kind == EventKind::notice) return "Agent/notice";
    if (event.kind == EventKind::new_domain) return "DNS/newdomain";
    if (event.type == MessageType::update_query || event.type == MessageType::update_response) {
        return "DNS/update";
    }
    return event.is_response ? "DNS/response" : "DNS/query";
}

bool is_success(std::uint16_t rcode) {
    return rcode == noerror || rcode == nxdomain;
}

Severities::Severities() {
    std::transform(classes.begin(), classes.end(), of_class_.begin(),
                   [](const EventClass& one) { return one.severity; });
    of_rcode_.fill(as_its_class);
    of_rcode_[servfail] = of_rcode_[refused] = failure_severity;
}

bool Severities::set(std::string_view name, std::uint64_t severity) {
    if (severity > max_severity) return false;
    const auto value = static_cast<std::uint8_t>(severity);
    for (std::size_t index = 0; index < classes.size(); ++index) {
        if (classes[index].id != name) continue;
        of_class_[index] = value;
        return true;
    }
    for (std::size_t rcode = 0; rcode < rcodes; ++rcode) {
        if (rcode_name(rcode) != name) continue;
        of_rcode_[rcode] = value;
        return true;
    }
    return false;
}

std::uint8_t Severities::of(const Event& event, std::size_t class_index) const {
    if (class_index == response && event.has_message && event.dns.rcode < rcodes &&
        of_rcode_[event.dns.rcode] != as_its_class) {
        return of_rcode_[event.dns.rcode];
    }
    return of_class_[class_index];
}

std::vector<std::string> severity_names() {
    std::vector<std::string> names;
    for (const EventClass& one : classes) names.emplace_back(one.id);
    for (std::size_t rcode = 0; rcode <= refused; ++rcode) names.push_back(rcode_name(rcode));
    return names;
}

std::uint8_t event_severity(const Event& event) {
    return Severities().of(event);
}

SeverityStep severity_step(const Event& event) {
    const std::uint8_t severity = event_severity(event);
    if (severity <= 3) return SeverityStep::informational;
    if (severity <= 5) return SeverityStep::low;
    return severity <= 7 ? SeverityStep::medium : SeverityStep::high;
}

std::uint8_t syslog_severity(std::uint8_t cef_severity) {
    if (cef_severity <= 3) return 6;
    if (cef_severity <= 6) return 5;
    return cef_severity <= 8 ? 4 : 3;
}

}  // namespace tapferry
