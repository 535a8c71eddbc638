#include "proto/decoder.h"

#include <doctest/doctest.h>

#include "tests/proto/decoded_frame.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

std::string source(const Event& event) {
    return text_of([&](TextBuffer& text) { append_address(text, event.query.address); });
}

}  // namespace

TEST_CASE("a client response is decoded field by field") {
    auto message = message_of_type(6)
                       .varint(field::socket_family, 1)
                       .varint(field::socket_protocol, 3)
                       .counted(field::query_address, from_hex("c0000263"))
                       .counted(field::response_address, from_hex("c0000235"))
                       .varint(field::query_port, 40000)
                       .varint(field::response_port, 853)
                       .varint(field::query_time_sec, now - 1)
                       .fixed32(field::query_time_nsec, 999'999'999)
                       .varint(field::response_time_sec, now)
                       .fixed32(field::response_time_nsec, 143'733'000)
                       .counted(field::response_message, response_bytes)
                       .varint(field::http_protocol, 2);
    auto frame = ProtobufBuilder()
                     .counted(field::identity, text_bytes("ns1"))
                     .counted(field::version, text_bytes("v"))
                     .counted(field::extra, text_bytes("x\n"));
    append(frame.bytes, frame_of(message));
    const Decoded decoded(frame.bytes);
    const Event& event = decoded.event;
    CHECK(decoded.status == DecodeStatus::decoded);
    CHECK(event.id == EventId{7, 42});
    CHECK(event.input == "lab");
    CHECK(event.identity == "ns1");
    CHECK(event.version == "v");
    CHECK(event.extra == "x\n");
    CHECK(event.kind == EventKind::message);
    CHECK(event.type == MessageType::client_response);
    CHECK(event.type_number == 6);
    CHECK(event.is_response);
    CHECK(source(event) == "192.0.2.99");
    CHECK(event.query.port == 40000);
    CHECK(event.response.port == 853);
    CHECK(event.family == SocketFamily::inet);
    CHECK(event.protocol == SocketProtocol::dot);
    CHECK(event.http_protocol == HttpProtocol::http2);
    CHECK(event.time == Timestamp{static_cast<std::int64_t>(now), 143'733'000});
    CHECK(event.time_source == TimeSource::server);
    CHECK(event.time_digits == 9);
    CHECK(event.query_time == Timestamp{static_cast<std::int64_t>(now) - 1, 999'999'999});
    CHECK(event.has_message);
    CHECK(event.qname == "www.example.test");
    CHECK(event.has_question);
    CHECK(event.qtype == 1);
    CHECK(event.qclass == 1);
    CHECK(event.dns.answers.size() == 1);
    CHECK(event.frame.data() == decoded.frame.data());
    CHECK(event.frame.size() == decoded.frame.size());
}

TEST_CASE("a message type of the future is an event with its number") {
    const Decoded query(message_of_type(15).counted(field::query_message, query_bytes));
    CHECK(query.status == DecodeStatus::decoded);
    CHECK(query.event.type == MessageType::unknown);
    CHECK(query.event.type_number == 15);
    CHECK_FALSE(query.event.is_response);
    CHECK(query.event.qname == "www.example.test");

    const Decoded response(message_of_type(300).counted(field::response_message, response_bytes));
    CHECK(response.event.type_number == 300);
    CHECK(response.event.is_response);

    const Decoded absent(ProtobufBuilder().varint(90, 4).counted(91, text_bytes("abc")).fixed32(92, 1));
    CHECK(absent.event.type_number == 0);
    const Decoded last(
        ProtobufBuilder().counted(91, text_bytes("abc")).varint(field::type, 90).varint(field::type, 91));
    CHECK(last.event.type_number == 91);
}

TEST_CASE("a socket protocol of the future is unknown, and the rest is kept") {
    const Decoded decoded(message_of_type(5).varint(field::socket_protocol, 8).varint(field::query_port, 53));
    CHECK(decoded.event.protocol == SocketProtocol::unknown);
    CHECK(decoded.event.type == MessageType::client_query);
    CHECK(decoded.event.query.port == 53);
}

TEST_CASE("an empty frame and a frame of another dnstap type are events") {
    CHECK(Decoded(Bytes{}).status == DecodeStatus::decoded);
    CHECK(Decoded(ProtobufBuilder().varint(field::dnstap_type, 2).bytes).status == DecodeStatus::decoded);
    const Decoded empty(Bytes{});
    CHECK_FALSE(empty.event.has_message);
    CHECK(empty.event.qname.empty());
    CHECK(empty.event.time == empty.event.received);
    CHECK(empty.event.time_source == TimeSource::agent);
}

TEST_CASE("a frame whose protobuf breaks off is undecodable and still says where it came from") {
    auto bytes = frame_of(message_of_type(5).counted(field::query_message, query_bytes));
    bytes.resize(20);
    const Decoded decoded(bytes);
    CHECK(decoded.status == DecodeStatus::undecodable);
    CHECK(decoded.event.id == EventId{7, 42});
    CHECK(decoded.event.frame.size() == 20);
    CHECK_FALSE(decoded.event.has_message);
    CHECK(Decoded(from_hex("ffffffffffffffffffffff")).status == DecodeStatus::undecodable);
}

TEST_CASE("addresses and ports that are zero are left out") {
    const Decoded decoded(message_of_type(3)
                              .counted(field::query_address, Bytes(4))
                              .counted(field::response_address, Bytes(16))
                              .varint(field::query_port, 0)
                              .varint(field::response_port, 53));
    CHECK_FALSE(decoded.event.query.address.present());
    CHECK_FALSE(decoded.event.response.address.present());
    CHECK(decoded.event.query.port == 0);
    CHECK(decoded.event.response.port == 53);
}

TEST_CASE("an address has 4 or 16 octets, whatever the socket family says") {
    for (const std::size_t size : {0u, 1u, 3u, 5u, 15u, 17u}) {
        const Decoded decoded(message_of_type(5).counted(field::query_address, Bytes(size, 1)));
        CHECK_FALSE(decoded.event.query.address.present());
        CHECK(decoded.event.oddities.address == (size != 0));  // so that it can be counted
    }
    const Decoded v6(
        message_of_type(5).varint(field::socket_family, 1).counted(field::query_address, Bytes(16, 1)));
    CHECK(v6.event.query.address.is_v6());
}

TEST_CASE("an IPv4-mapped address is the IPv4 address") {
    const auto mapped = [](std::string_view ipv4) {
        Bytes address = from_hex("00000000000000000000ffff");
        append(address, from_hex(ipv4));
        return Decoded(message_of_type(5).counted(field::query_address, address)).event.query.address;
    };
    CHECK(mapped("c0000201").size == 4);
    CHECK(mapped("c0000201").bytes[0] == 192);
    CHECK_FALSE(mapped("00000000").present());
}

TEST_CASE("a port above 65,535 is none") {
    const Decoded decoded(
        message_of_type(5).varint(field::query_port, 65536).varint(field::response_port, 65535));
    CHECK(decoded.event.query.port == 0);
    CHECK(decoded.event.response.port == 65535);
}

TEST_CASE("of two messages the response is shown, and of none nothing") {
    const Decoded both(message_of_type(2)
                           .counted(field::query_message, query_bytes)
                           .counted(field::response_message, response_bytes));
    CHECK(both.event.dns.qr());
    const Decoded bogus_reply(message_of_type(4).counted(field::query_message, query_bytes));
    CHECK(bogus_reply.event.is_response);
    CHECK(bogus_reply.event.has_message);
    CHECK_FALSE(bogus_reply.event.dns.qr());
    CHECK(bogus_reply.event.kind == EventKind::message);
    const Decoded empty_response(
        message_of_type(2).counted(field::query_message, query_bytes).counted(field::response_message, {}));
    CHECK(empty_response.event.qname == "www.example.test");
    const Decoded none(message_of_type(5));
    CHECK_FALSE(none.event.has_message);
    CHECK(none.event.dns.wire.empty());
    CHECK(none.event.kind == EventKind::message);
    const Decoded empty_alone(message_of_type(6).counted(field::response_message, {}));
    CHECK(empty_alone.event.kind == EventKind::malformed);
    CHECK(std::string_view(empty_alone.event.dns.malformed) == "truncated header");
}

TEST_CASE("a DNS message that does not parse makes a malformed event with what could be read") {
    Bytes broken = query_bytes;
    broken.resize(20);
    const Decoded cut(message_of_type(5).counted(field::query_message, broken));
    CHECK(cut.status == DecodeStatus::decoded);
    CHECK(cut.event.kind == EventKind::malformed);
    CHECK(cut.event.dns.id == 0x1234);
    CHECK_FALSE(cut.event.has_question);
    const Decoded nothing(message_of_type(5).counted(field::query_message, {}));
    CHECK(nothing.event.has_message);
    CHECK(nothing.event.kind == EventKind::malformed);
}

TEST_CASE("without a question the zone's name stands in for it") {
    const Decoded decoded(message_of_type(5).counted(field::query_zone, name("Zone.test")));
    CHECK(decoded.event.qname == "zone.test");
    CHECK_FALSE(decoded.event.has_question);
    CHECK(decoded.event.query_zone.size() == 11);
    const Decoded root(message_of_type(3).counted(field::query_zone, name("")));
    CHECK(root.event.qname == ".");
}

TEST_CASE("a zone that is no sound uncompressed name is left out") {
    for (const auto* hex : {"", "0461", "c000", "0161 c000", "00 00", "4000"}) {
        const Decoded decoded(message_of_type(5).counted(field::query_zone, from_hex(hex)));
        CHECK(decoded.event.query_zone.empty());
        CHECK(decoded.event.qname.empty());
    }
}

TEST_CASE("PowerDNS Recursor's news of domains is told from its ordinary messages") {
    const auto kind_of = [](const ProtobufBuilder& message,
                            std::string_view version = "pdns-recursor 4.8.8") {
        auto frame = ProtobufBuilder().counted(field::version, text_bytes(version));
        append(frame.bytes, frame_of(message));
        return Decoded(frame.bytes).event.kind;
    };
    const Bytes zone = name("new.test");
    const auto observed = message_of_type(5).counted(field::query_zone, zone);
    CHECK(kind_of(observed) == EventKind::new_domain);
    CHECK(kind_of(observed, "CoreDNS-1.11") == EventKind::message);
    CHECK(kind_of(message_of_type(5)) == EventKind::message);
    CHECK(kind_of(ProtobufBuilder(observed).counted(field::query_message, query_bytes)) ==
          EventKind::message);

    auto response = message_of_type(4)
                        .counted(field::query_zone, zone)
                        .varint(field::query_time_sec, now)
                        .counted(field::response_message, response_bytes);
    CHECK(kind_of(response) == EventKind::new_domain);
    CHECK(kind_of(response.varint(field::response_time_sec, now)) == EventKind::message);
}

TEST_CASE("a policy is passed on as it was sent") {
    ProtobufBuilder policy;
    policy.counted(1, text_bytes("RPZ\xff")).counted(2, name("rule.test")).varint(3, 1).varint(4, 2);
    const Decoded decoded(message_of_type(6).counted(field::policy, policy.bytes));
    CHECK(decoded.event.policy.present);
    CHECK(decoded.event.policy.type == "RPZ\xff");
    CHECK(decoded.event.policy.rule.size() == 11);
    CHECK(decoded.event.policy.action == PolicyAction::nxdomain);
    CHECK(decoded.event.policy.match == PolicyMatch::client_ip);
    CHECK_FALSE(Decoded(message_of_type(6)).event.policy.present);
    const Decoded future(message_of_type(6).counted(field::policy, ProtobufBuilder().varint(3, 9).bytes));
    CHECK(future.event.policy.present);
    CHECK(future.event.policy.action == PolicyAction::unknown);
}

TEST_CASE("a second message field is merged into the first, and fields may come in any order") {
    auto frame = ProtobufBuilder()
                     .varint(field::dnstap_type, 1)
                     .counted(field::message, message_of_type(5).varint(field::query_port, 1).bytes)
                     .counted(field::message, ProtobufBuilder().varint(field::query_port, 2).bytes)
                     .counted(field::identity, text_bytes("late"));
    const Decoded decoded(frame.bytes);
    CHECK(decoded.event.type == MessageType::client_query);
    CHECK(decoded.event.query.port == 2);
    CHECK(decoded.event.identity == "late");
}

TEST_CASE("an event holds nothing of the frame decoded before it") {
    auto message = message_of_type(15)
                       .varint(field::socket_family, 2)
                       .varint(field::socket_protocol, 4)
                       .counted(field::query_address, Bytes(16, 1))
                       .counted(field::response_address, Bytes(4, 1))
                       .varint(field::query_port, 1)
                       .varint(field::response_port, 2)
                       .varint(field::query_time_sec, now)
                       .varint(field::response_time_sec, now)
                       .counted(field::query_zone, name("zone.test"))
                       .counted(field::response_message, response_bytes)
                       .counted(field::policy, ProtobufBuilder().varint(3, 1).bytes)
                       .varint(field::http_protocol, 1);
    Decoded decoded(ProtobufBuilder()
                        .counted(field::identity, text_bytes("i"))
                        .counted(field::message, message.bytes)
                        .bytes);
    REQUIRE(decoded.event.qtype == 1);
    CHECK(decoded.decoder.decode(Bytes{}, {}, decoded.event) == DecodeStatus::decoded);
    const Event& event = decoded.event;
    CHECK(event.id == EventId{});
    CHECK(event.input.empty());
    CHECK(event.type_number == 0);
    CHECK_FALSE(event.is_response);
    CHECK(event.identity.empty());
    CHECK_FALSE(event.query.address.present());
    CHECK_FALSE(event.response.address.present());
    CHECK(event.query.port + event.response.port == 0);
    CHECK(event.family == SocketFamily::unknown);
    CHECK(event.protocol == SocketProtocol::unknown);
    CHECK(event.http_protocol == HttpProtocol::unknown);
    CHECK_FALSE(event.query_time);
    CHECK_FALSE(event.response_time);
    CHECK_FALSE(event.has_message);
    CHECK(event.dns.questions.empty());
    CHECK(event.dns.answers.empty());
    CHECK(event.qname.empty());
    CHECK_FALSE(event.has_question);
    CHECK(event.qtype + event.qclass == 0);
    CHECK(event.query_zone.empty());
    CHECK_FALSE(event.policy.present);
    CHECK(event.frame.empty());
}
