// The names that dnstap.proto gives its numbers.
#include <array>

#include "proto/dns_text.h"

namespace tapferry {
namespace {

struct MessageTypeName {
    std::string_view full;
    std::string_view brief;
};

constexpr std::array<MessageTypeName, message_type_count> message_types = {{
    {"", "??"},
    {"AUTH_QUERY", "AQ"},
    {"AUTH_RESPONSE", "AR"},
    {"RESOLVER_QUERY", "RQ"},
    {"RESOLVER_RESPONSE", "RR"},
    {"CLIENT_QUERY", "CQ"},
    {"CLIENT_RESPONSE", "CR"},
    {"FORWARDER_QUERY", "FQ"},
    {"FORWARDER_RESPONSE", "FR"},
    {"STUB_QUERY", "SQ"},
    {"STUB_RESPONSE", "SR"},
    {"TOOL_QUERY", "TQ"},
    {"TOOL_RESPONSE", "TR"},
    {"UPDATE_QUERY", "UQ"},
    {"UPDATE_RESPONSE", "UR"},
}};

constexpr std::string_view socket_protocols[] = {"",    "UDP",         "TCP",         "DOT",
                                                 "DOH", "DNSCryptUDP", "DNSCryptTCP", "DOQ"};
constexpr std::string_view http_protocols[] = {"", "HTTP1", "HTTP2", "HTTP3"};
constexpr std::string_view policy_actions[] = {"",     "NXDOMAIN", "NODATA",    "PASS",
                                               "DROP", "TRUNCATE", "LOCAL_DATA"};
constexpr std::string_view policy_matches[] = {"", "QNAME", "CLIENT_IP", "RESPONSE_IP", "NS_NAME", "NS_IP"};

std::string_view name_of(std::span<const std::string_view> names, std::size_t number) {
    return number < names.size() ? names[number] : std::string_view{};
}

}  // namespace

std::string_view message_type_short(MessageType type) {
    const auto number = static_cast<std::size_t>(type);
    return message_types[number < message_types.size() ? number : 0].brief;
}

std::string_view message_type_name(MessageType type) {
    const auto number = static_cast<std::size_t>(type);
    return message_types[number < message_types.size() ? number : 0].full;
}

void append_message_type(TextBuffer& text, const Event& event) {
    if (event.type != MessageType::unknown) {
        text.append(message_type_name(event.type));
    } else if (event.type_number != 0) {
        text.append("TYPE");
        append_decimal(text, event.type_number);
    } else {
        text.append("UNKNOWN");
    }
}

std::string_view socket_protocol_name(SocketProtocol protocol) {
    return name_of(socket_protocols, static_cast<std::size_t>(protocol));
}

std::string_view http_protocol_name(HttpProtocol protocol) {
    return name_of(http_protocols, static_cast<std::size_t>(protocol));
}

std::string_view policy_action_name(std::uint32_t action) {
    return name_of(policy_actions, action);
}

std::string_view policy_match_name(std::uint32_t match) {
    return name_of(policy_matches, match);
}

}  // namespace tapferry
