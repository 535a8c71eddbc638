#include "encoders/event_roles.h"

#include <algorithm>

#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "encoders/time_units.h"

namespace tapferry {

Direction direction_of(const Event& event) {
    switch (event.type) {
        case MessageType::auth_query:
        case MessageType::auth_response:
        case MessageType::client_query:
        case MessageType::client_response:
        case MessageType::update_query:
        case MessageType::update_response:
            return Direction::inbound;
        case MessageType::unknown:
            return Direction::unknown;
        default:
            return Direction::outbound;
    }
}

const Endpoint& server_end(const Event& event) {
    return direction_of(event) == Direction::outbound ? event.query : event.response;
}

EventOutcome outcome_of(const Event& event) {
    if (event.kind == EventKind::unanswered) return EventOutcome::failure;
    if (!has_rcode(event)) return EventOutcome::unknown;
    return is_success(event.dns.rcode) ? EventOutcome::success : EventOutcome::failure;
}

std::string_view transport_name(const Event& event) {
    const std::string_view transport = ip_transport(event);
    return transport.empty() ? transport : transport == "UDP" ? "udp" : "tcp";
}

std::uint8_t transport_number(const Event& event) {
    const std::string_view transport = ip_transport(event);
    return transport.empty() ? 0 : transport == "UDP" ? 17 : 6;
}

bool is_exchange(const Event& event) {
    return event.is_response && event.query_time && event.response_time;
}

std::string_view subdomain_of(const Event& event) {
    const std::size_t domain = event.registered_domain.size();
    if (domain == 0 || event.qname.size() < domain + 2) return {};
    return event.qname.substr(0, event.qname.size() - domain - 1);
}

std::uint64_t milliseconds_of(const Timestamp& time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(in_milliseconds(time), 0));
}

}  // namespace tapferry
