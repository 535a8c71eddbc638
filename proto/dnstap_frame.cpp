#include "proto/dnstap_frame.h"

#include "proto/protobuf_reader.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

using protobuf::counted;
using protobuf::fixed32;
using protobuf::tag_of;
using protobuf::varint;

// An enumeration's number counts when it is listed, 1 to `highest`. Like protobuf, by its low 32 bits.
template <typename Number>
bool take_listed(std::uint64_t sent, std::uint32_t highest, Number& number) {
    const auto low = static_cast<std::uint32_t>(sent);
    if (low == 0 || low > highest) return false;
    number = static_cast<Number>(low);
    return true;
}

bool read_policy(protobuf::Reader reader, Policy& policy) {
    constexpr std::uint32_t highest_action = policy_action_count - 1;
    constexpr std::uint32_t highest_match = policy_match_count - 1;
    policy.present = true;
    while (reader.next()) {
        switch (reader.tag()) {
            case tag_of(1, counted):
                policy.type = reader.bytes();
                break;
            case tag_of(2, counted):
                policy.rule = reader.bytes();
                break;
            case tag_of(3, varint):
                take_listed(reader.number(), highest_action, policy.action);
                break;
            case tag_of(4, varint):
                take_listed(reader.number(), highest_match, policy.match);
                break;
            case tag_of(5, counted):
                policy.value = reader.bytes();
                break;
            default:
                reader.skip();
        }
    }
    return reader.sound();
}

void read_type(std::uint64_t sent, DnstapFrame& frame) {
    constexpr std::uint32_t highest_type = message_type_count - 1;
    if (!take_listed(sent, highest_type, frame.type)) frame.unknown_type = sent;
}

bool read_message(protobuf::Reader reader, DnstapFrame& frame) {
    constexpr auto highest_family = static_cast<std::uint32_t>(SocketFamily::inet6);
    constexpr auto highest_protocol = static_cast<std::uint32_t>(SocketProtocol::doq);
    constexpr auto highest_http_protocol = static_cast<std::uint32_t>(HttpProtocol::http3);
    while (reader.next()) {
        // clang-format off
        switch (reader.tag()) {
            case tag_of(1, varint): read_type(reader.number(), frame); break;
            case tag_of(2, varint): take_listed(reader.number(), highest_family, frame.family); break;
            case tag_of(3, varint): take_listed(reader.number(), highest_protocol, frame.protocol); break;
            case tag_of(4, counted): frame.query_address = reader.bytes(); break;
            case tag_of(5, counted): frame.response_address = reader.bytes(); break;
            case tag_of(6, varint): frame.query_port = static_cast<std::uint32_t>(reader.number()); break;
            case tag_of(7, varint): frame.response_port = static_cast<std::uint32_t>(reader.number()); break;
            case tag_of(8, varint): frame.query_time_sec = reader.number(); break;
            case tag_of(9, fixed32): frame.query_time_nsec = reader.fixed(); break;
            case tag_of(10, counted): frame.query_message = reader.bytes(); break;
            case tag_of(11, counted): frame.query_zone = reader.bytes(); break;
            case tag_of(12, varint): frame.response_time_sec = reader.number(); break;
            case tag_of(13, fixed32): frame.response_time_nsec = reader.fixed(); break;
            case tag_of(14, counted): frame.response_message = reader.bytes(); break;
            case tag_of(15, counted): if (!read_policy(reader.message(), frame.policy)) reader.fail(); break;
            case tag_of(16, varint): take_listed(reader.number(), highest_http_protocol, frame.http_protocol); break;
            default: reader.skip();
        }
        // clang-format on
    }
    return reader.sound();
}

}  // namespace

std::optional<DnstapFrame> read_dnstap_frame(std::span<const std::uint8_t> bytes) {
    std::optional<DnstapFrame> frame(std::in_place);
    protobuf::Reader reader(dns::as_text(bytes));
    while (reader.next()) {
        switch (reader.tag()) {
            case tag_of(1, counted):
                frame->identity = reader.bytes();
                break;
            case tag_of(2, counted):
                frame->version = reader.bytes();
                break;
            case tag_of(3, counted):
                frame->extra = reader.bytes();
                break;
            case tag_of(14, counted):
                if (!read_message(reader.message(), *frame)) reader.fail();
                break;
            case tag_of(15, varint):  // the type: there is but one, and it says nothing
                (void)reader.number();
                break;
            default:
                reader.skip();
        }
    }
    if (!reader.sound()) frame.reset();
    return frame;
}

}  // namespace tapferry
