// The names that dnstap.proto gives its numbers.
#include <array>

#include "proto/digits.h"
#include "proto/dns_text.h"
#include "proto/short_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

using FullName = FixedText<MessageTypeName::room>;

struct MessageTypeNames {
    FullName full;
    std::string_view brief;

    constexpr MessageTypeNames(std::string_view full_name, std::string_view brief_name)
        : full(full_name), brief(brief_name) {}
};

constexpr std::array<MessageTypeNames, message_type_count> message_types = {{
    {"UNKNOWN", "??"},
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

constexpr ShortText socket_protocols[] = {
    ShortText(""),    ShortText("UDP"),         ShortText("TCP"),         ShortText("DOT"),
    ShortText("DOH"), ShortText("DNSCryptUDP"), ShortText("DNSCryptTCP"), ShortText("DOQ")};
constexpr std::string_view http_protocols[] = {"", "HTTP1", "HTTP2", "HTTP3"};
constexpr std::string_view policy_actions[policy_action_count] = {"",     "NXDOMAIN", "NODATA",    "PASS",
                                                                  "DROP", "TRUNCATE", "LOCAL_DATA"};
constexpr std::string_view policy_matches[policy_match_count] = {
    "", "QNAME", "CLIENT_IP", "RESPONSE_IP", "NS_NAME", "NS_IP"};

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
    return number != 0 && number < message_types.size() ? message_types[number].full.view()
                                                        : std::string_view{};
}

char* MessageTypeName::write(char* out) const {
    if (event.kind == EventKind::notice) return ShortText("NOTICE").write(out);
    if (event.type == MessageType::unknown && event.type_number != 0) {
        return write_decimal(ShortText("TYPE").write(out), event.type_number);
    }
    return message_types[static_cast<std::size_t>(event.type)].full.write(out);
}

void append_message_type(TextBuffer& text, const Event& event) {
    text.append(MessageTypeName{event});
}

std::string_view socket_protocol_name(SocketProtocol protocol) {
    return socket_protocols[static_cast<std::size_t>(protocol)].view();
}

char* SocketProtocolName::write(char* out) const {
    return socket_protocols[static_cast<std::size_t>(protocol)].write(out);
}

std::string_view http_protocol_name(HttpProtocol protocol) {
    return name_of(http_protocols, static_cast<std::size_t>(protocol));
}

std::string_view policy_action_name(PolicyAction action) {
    return name_of(policy_actions, static_cast<std::size_t>(action));
}

std::string_view policy_match_name(PolicyMatch match) {
    return name_of(policy_matches, static_cast<std::size_t>(match));
}

}  // namespace tapferry
