// Queries and responses of DNS servers as dnstap frames, made to measure for the tests of what pairs them.
#pragma once

#include <string>

#include "tests/proto/wire_builder.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {

struct Exchange {
    std::uint16_t id = 1;
    std::uint16_t port = 5353;
    std::string name = "a.test";  // empty: the message has no question
    std::string identity = "ns1";
    std::uint64_t seconds = 1'789'999'990;  // the server's time
    std::uint32_t nanoseconds = 0;
    std::uint8_t qtype = 1;
    std::uint8_t client = 1;   // of 192.0.2.0/24
    std::uint8_t server = 53;  // likewise
    std::uint16_t server_port = 53;
    std::uint64_t protocol = 1;
    std::uint64_t own_query_time = 0;  // of a response that tells it; 0: it does not
};

inline Frame exchange_frame(const Exchange& exchange, MessageType type) {
    const bool response = static_cast<int>(type) % 2 == 0;
    DnsBuilder dns(response ? "8180" : "0100", exchange.name.empty() ? 0 : 1);
    if (!exchange.name.empty()) dns.question(exchange.name, exchange.qtype);
    dns.bytes[0] = static_cast<std::uint8_t>(exchange.id >> 8);
    dns.bytes[1] = static_cast<std::uint8_t>(exchange.id);
    ProtobufBuilder message;
    message.varint(field::type, static_cast<std::uint64_t>(type))
        .varint(field::socket_family, 1)
        .varint(field::socket_protocol, exchange.protocol)
        .counted(field::query_address, {192, 0, 2, exchange.client})
        .counted(field::response_address, {192, 0, 2, exchange.server})
        .varint(field::query_port, exchange.port)
        .varint(field::response_port, exchange.server_port);
    if (exchange.own_query_time != 0) message.varint(field::query_time_sec, exchange.own_query_time);
    message.varint(response ? field::response_time_sec : field::query_time_sec, exchange.seconds)
        .fixed32(response ? field::response_time_nsec : field::query_time_nsec, exchange.nanoseconds)
        .counted(response ? field::response_message : field::query_message, dns.bytes);
    return ProtobufBuilder()
        .counted(field::identity, text_bytes(exchange.identity))
        .counted(field::message, message.bytes)
        .varint(field::dnstap_type, 1)
        .bytes;
}

inline Frame query(const Exchange& exchange, MessageType type = MessageType::client_query) {
    return exchange_frame(exchange, type);
}
inline Frame response(const Exchange& exchange, MessageType type = MessageType::client_response) {
    return exchange_frame(exchange, type);
}

}  // namespace tapferry::test
