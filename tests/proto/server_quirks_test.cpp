// What DNS servers do with dnstap that its definition does not make one expect: twenty traps, each with the
// capture of the server that shows it, or a frame made by hand where none does. The numbers are those of the
// table in tests/README.md.
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <tuple>

#include "proto/dns_text.h"
#include "tests/proto/decoded_frame.h"
#include "tests/support/frame_streams_file.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

const FrameOrigin origin{{1, 1}, {1795300000, 0}, "capture"};

void each_event(const char* capture, const std::function<void(const Event&)>& look) {
    Decoder decoder;
    Event event;
    for (const auto& frame : read_capture(capture)) {
        REQUIRE(decoder.decode(frame, origin, event) == DecodeStatus::decoded);
        look(event);
    }
}

std::size_t count(const char* capture, const std::function<bool(const Event&)>& is_counted) {
    std::size_t found = 0;
    each_event(capture, [&](const Event& event) {
        if (is_counted(event)) ++found;
    });
    return found;
}

bool is_outgoing(const Event& event) {
    return event.type == MessageType::resolver_query || event.type == MessageType::resolver_response ||
           event.type == MessageType::forwarder_query || event.type == MessageType::forwarder_response;
}

bool has_questions(const Event& event, std::uint16_t questions) {
    return event.dns.wire.size() >= 12 && event.dns.claimed[0] == questions;
}

std::string address(const IpAddress& one) {
    return text_of([&](TextBuffer& text) { append_address(text, one); });
}

Decoded frame_from(std::string_view version, const ProtobufBuilder& message) {
    auto frame = ProtobufBuilder().counted(field::version, text_bytes(version));
    append(frame.bytes, frame_of(message));
    return Decoded(frame.bytes);
}

}  // namespace

TEST_CASE("1: 0.0.0.0 and :: as the address of a wildcard socket are no address") {
    for (const auto* capture : {"bind-rec", "unbound"}) {
        CAPTURE(capture);
        CHECK(count(capture, is_outgoing) > 400);
        CHECK(count(capture, [](const Event& event) {
                  return is_outgoing(event) && event.query.address.present();
              }) == 0);
        CHECK(count(capture, [](const Event& event) {
                  return is_outgoing(event) && !event.response.address.present();
              }) == 0);
    }
    CHECK(count("pdns", [](const Event& event) { return event.query.address.present(); }) == 381);
}

TEST_CASE("2: port 0 of BIND's TCP connections to other servers is no port") {
    const auto without_port = [](const Event& event) { return event.query.port == 0; };
    CHECK(count("bind-fwd", without_port) == 10);
    CHECK(count("bind-fwd", [&](const Event& event) {
              return without_port(event) && event.protocol == SocketProtocol::tcp && is_outgoing(event);
          }) == 10);
}

TEST_CASE(
    "3: BIND calls the query of an authority AUTH and its response CLIENT: the type is kept as it was sent") {
    using Key = std::tuple<std::string, std::uint16_t, std::uint16_t>;
    std::map<Key, MessageType> asked;
    std::size_t crossed = 0;
    each_event("bind-auth", [&](const Event& event) {
        const Key key{address(event.query.address), event.query.port, event.dns.id};
        if (!event.is_response) asked[key] = event.type;
        if (event.type != MessageType::client_response) return;
        REQUIRE(asked.contains(key));
        CHECK(asked[key] == MessageType::auth_query);
        CHECK(event.dns.rd());
        ++crossed;
    });
    CHECK(crossed == 18);
}

TEST_CASE("4: what BIND forwards looks like a resolver's, and RD tells it") {
    const auto is_forwarded = [](const Event& event) {
        const bool says_so =
            event.type == MessageType::forwarder_query || event.type == MessageType::forwarder_response;
        return says_so || (is_outgoing(event) && event.dns.rd());
    };
    CHECK(count("bind-fwd", is_outgoing) == 191);
    CHECK(count("bind-fwd", is_forwarded) == 191);
    CHECK(count("bind-fwd", [](const Event& event) {
              return event.type == MessageType::forwarder_query ||
                     event.type == MessageType::forwarder_response;
          }) == 0);
    CHECK(count("bind-rec", is_forwarded) == 6);  // a resolver with one zone that it forwards
    CHECK(count("bind-rec", [&](const Event& event) {
              return is_forwarded(event) && event.qname.ends_with(".fwd.test");
          }) == 6);
    CHECK(count("unbound", is_forwarded) == 8);  // which says so itself
    CHECK(count("unbound", [](const Event& event) {
              return event.type == MessageType::resolver_query && event.dns.rd();
          }) == 0);
}

TEST_CASE("5: BIND's clock goes by 4 ms: most of its responses are as old as their queries") {
    std::size_t responses = 0;
    std::size_t at_once = 0;
    each_event("bind-rec", [&](const Event& event) {
        if (event.type != MessageType::resolver_response) return;
        ++responses;
        REQUIRE(event.query_time);
        if (event.query_time == event.response_time) ++at_once;
        const auto passed = (event.response_time->seconds - event.query_time->seconds) * 1'000'000'000 +
                            event.response_time->nanoseconds - event.query_time->nanoseconds;
        CHECK((passed == 0 || passed > 3'990'000));
    });
    CHECK(responses == 266);
    CHECK(at_once == 255);
}

TEST_CASE("6: responses to clients have no time of their query, but for dnsdist's") {
    const auto with_query_time = [](const Event& event) {
        return event.is_response && !is_outgoing(event) && event.query_time;
    };
    for (const auto* capture : {"bind-auth", "bind-rec", "unbound", "knot", "nsd", "kresd"}) {
        CAPTURE(capture);
        CHECK(count(capture, [](const Event& event) { return event.is_response && event.response_time; }) >
              190);
        CHECK(count(capture, with_query_time) == 0);
    }
    CHECK(count("dnsdist", with_query_time) == 206);
}

TEST_CASE("7: TLS and HTTPS shown as TCP or as nothing are not guessed at, though the port hints at them") {
    const auto shown = [](SocketProtocol protocol, std::uint16_t port) {
        return [=](const Event& event) { return event.protocol == protocol && event.response.port == port; };
    };
    constexpr std::uint16_t dns_over_tls = 853;
    constexpr std::uint16_t https = 443;
    using enum SocketProtocol;
    CHECK(count("unbound", shown(unknown, https)) == 8);
    CHECK(count("unbound", shown(tcp, dns_over_tls)) == 6);
    CHECK(count("bind-rec", shown(tcp, dns_over_tls)) == 6);
    CHECK(count("bind-rec", shown(tcp, https)) == 8);
    CHECK(count("kresd", shown(dot, dns_over_tls)) == 6);
    CHECK(count("kresd", shown(doh, https)) == 8);
    CHECK(count("dnsdist", [](const Event& event) { return event.protocol == dnscrypt_udp; }) == 6);
}

TEST_CASE("8: PowerDNS puts a reply without QR into the query's field: it is the message of that response") {
    const auto bogus = frame_from("pdns-recursor 4.8.8", message_of_type(4)
                                                             .varint(field::query_time_sec, now)
                                                             .varint(field::response_time_sec, now)
                                                             .counted(field::query_message, query_bytes));
    CHECK(bogus.event.is_response);
    CHECK(bogus.event.has_message);
    CHECK_FALSE(bogus.event.dns.qr());
    CHECK(bogus.event.qname == "www.example.test");
    CHECK(bogus.event.kind == EventKind::message);
    const auto too_short =
        frame_from("pdns-recursor 4.8.8", message_of_type(4).varint(field::response_time_sec, now));
    CHECK(too_short.event.is_response);
    CHECK_FALSE(too_short.event.has_message);
    CHECK(too_short.event.kind == EventKind::message);
}

TEST_CASE("9: PowerDNS tells of new domains by a query without message and a response without time") {
    const Bytes zone = name("new.example.test");
    const auto observed =
        frame_from("pdns-recursor 5.0.1", message_of_type(5).counted(field::query_zone, zone));
    CHECK(observed.event.kind == EventKind::new_domain);
    CHECK(observed.event.qname == "new.example.test");
    const auto unique =
        frame_from("pdns-recursor 5.0.1", message_of_type(4)
                                              .counted(field::query_zone, zone)
                                              .varint(field::query_time_sec, now)
                                              .counted(field::response_message, response_bytes));
    CHECK(unique.event.kind == EventKind::new_domain);
    CHECK(unique.event.dns.answers.size() == 1);
    CHECK(frame_from("CoreDNS-1.11", message_of_type(5).counted(field::query_zone, zone)).event.kind ==
          EventKind::message);
    CHECK(count("pdns", [](const Event& event) { return event.kind == EventKind::new_domain; }) == 0);
}

TEST_CASE("10: PowerDNS Recursor shows what it asks others and nothing of its clients") {
    for (const auto* capture : {"pdns", "pdns-tcp"}) {
        CAPTURE(capture);
        CHECK(count(capture, is_outgoing) > 200);
        CHECK(count(capture, [](const Event& event) { return !is_outgoing(event); }) == 0);
    }
}

TEST_CASE("11: CoreDNS leaves the message out, and the family may belong to neither address") {
    const auto decoded = frame_from("CoreDNS-1.11.1", message_of_type(6)
                                                          .varint(field::socket_family, 2)
                                                          .varint(field::socket_protocol, 1)
                                                          .counted(field::query_address, from_hex("c0000263"))
                                                          .varint(field::query_port, 40000)
                                                          .varint(field::query_time_sec, now - 1)
                                                          .varint(field::response_time_sec, now));
    CHECK_FALSE(decoded.event.has_message);
    CHECK(decoded.event.kind == EventKind::message);
    CHECK(decoded.event.qname.empty());
    CHECK(decoded.event.family == SocketFamily::inet6);
    CHECK(address(decoded.event.query.address) == "192.0.2.99");
    CHECK_FALSE(decoded.event.response.address.present());
    CHECK(decoded.event.response.port == 0);
    CHECK(decoded.event.response_time->seconds - decoded.event.query_time->seconds == 1);
    CHECK_FALSE(decoded.event.oddities.address);
}

TEST_CASE("12: packets that are no queries are logged as such: each is an event with what could be read") {
    CHECK(count("nsd", [](const Event& event) { return event.dns.wire.size() < 12; }) == 3);
    CHECK(count("nsd", [](const Event& event) { return !event.is_response && event.dns.qr(); }) == 1);
    CHECK(count("nsd", [](const Event& event) { return !event.is_response && has_questions(event, 0); }) ==
          1);
    CHECK(count("nsd", [](const Event& event) { return has_questions(event, 2); }) == 2);
    CHECK(count("nsd", [](const Event& event) { return has_questions(event, 65535); }) == 1);
    CHECK(count("nsd", [](const Event& event) { return event.kind == EventKind::malformed; }) == 19);
    // BIND logs its refusals of what it does not log: responses of other opcodes, without their queries.
    const auto of_opcode = [](unsigned opcode, bool is_response) {
        return count("bind-auth", [=](const Event& event) {
            return event.dns.opcode == opcode && event.is_response == is_response;
        });
    };
    for (const unsigned opcode : {1U, 2U, 3U, 6U, 7U, 15U}) {
        CAPTURE(opcode);
        CHECK(of_opcode(opcode, true) == 1);
        CHECK(of_opcode(opcode, false) == 0);
    }
    CHECK(count("bind-auth",
                [](const Event& event) { return event.is_response && has_questions(event, 0); }) == 6);
}

TEST_CASE("13: an update's question is its zone, and a NOTIFY is an authority's message of another opcode") {
    constexpr std::uint16_t type_soa = 6;
    constexpr std::uint8_t notify = 4;
    constexpr std::uint8_t update = 5;
    std::size_t updates = 0;
    each_event("bind-auth", [&](const Event& event) {
        const bool by_type =
            event.type == MessageType::update_query || event.type == MessageType::update_response;
        CHECK(by_type == (event.dns.opcode == update));
        if (event.dns.opcode != update || event.dns.questions.empty()) return;
        CHECK(event.qtype == type_soa);
        CHECK(event.qname.ends_with(".test"));
        ++updates;
    });
    CHECK(updates > 20);
    CHECK(count("nsd", [](const Event& event) {
              return event.dns.opcode == notify && event.type == MessageType::auth_query;
          }) == 24);
    CHECK(count("knot", [](const Event& event) {
              return event.dns.opcode == notify && event.type == MessageType::auth_response;
          }) == 25);
    CHECK(count("bind-auth", [](const Event& event) {
              return event.dns.opcode == notify && event.type == MessageType::auth_query;
          }) == 0);
}

TEST_CASE("14: what follows in a zone transfer has no question and is a sound response") {
    const auto further = DnsBuilder("8400", 0, 2)
                             .hex("0161 04 74657374 00 0001 0001 0000012c 0004 c0000201")
                             .hex("c00c 0001 0001 0000012c 0004 c0000202");
    const Decoded decoded(message_of_type(2)
                              .varint(field::socket_protocol, 2)
                              .counted(field::query_zone, name("test"))
                              .counted(field::response_message, further.bytes));
    CHECK(decoded.event.kind == EventKind::message);
    CHECK_FALSE(decoded.event.has_question);
    CHECK(decoded.event.qname == "test");  // by the zone
    CHECK(decoded.event.dns.answers.size() == 2);
    // The largest message that there is: 65,535 octets of records.
    auto large = DnsBuilder("8400", 0, 0);
    large.hex("0161 04 74657374 00 0001 0001 0000012c 0004 c0000201");
    std::uint16_t records = 1;
    for (; large.bytes.size() + 16 <= 65535; ++records) large.hex("c00c 0001 0001 0000012c 0004 c0000202");
    large.bytes[6] = static_cast<std::uint8_t>(records >> 8);
    large.bytes[7] = static_cast<std::uint8_t>(records & 0xFF);
    const Decoded burst(message_of_type(2).counted(field::response_message, large.bytes));
    CHECK(burst.event.kind == EventKind::message);
    CHECK(burst.event.dns.answers.size() == records);
    CHECK(records == 4094);
    // A transfer that is refused keeps its question.
    constexpr std::uint16_t type_axfr = 252;
    CHECK(count("nsd", [](const Event& event) { return event.qtype == type_axfr && event.is_response; }) ==
          3);
    CHECK(count("nsd", [](const Event& event) { return event.is_response && !event.has_question; }) > 50);
}

TEST_CASE("15: Knot Resolver's extra ends in a line feed, and is kept as it came") {
    const auto with_extra = [](const Event& event) { return event.extra.starts_with("rtt="); };
    CHECK(count("kresd", with_extra) == 19);
    CHECK(count("kresd",
                [&](const Event& event) { return with_extra(event) && event.extra.ends_with('\n'); }) == 19);
    CHECK(count("kresd", [&](const Event& event) {
              return with_extra(event) &&
                     (event.type != MessageType::client_query || event.protocol == SocketProtocol::udp);
          }) == 0);
}

TEST_CASE("16: what dnsdist answers itself may be a response without a time, or an HTTP version") {
    const auto itself = frame_from("dnsdist 2.0.0", message_of_type(6)
                                                        .varint(field::socket_protocol, 4)
                                                        .varint(field::http_protocol, 2)
                                                        .varint(field::query_time_sec, now - 3)
                                                        .counted(field::response_message, response_bytes));
    CHECK(itself.event.is_response);
    CHECK(itself.event.time.seconds == static_cast<std::int64_t>(now) - 3);
    CHECK(itself.event.time_source == TimeSource::server);
    CHECK(itself.event.http_protocol == HttpProtocol::http2);
    CHECK(count("dnsdist", [](const Event& event) { return event.is_response && event.response_time; }) ==
          206);
}

TEST_CASE("17: times have as many digits as the server measures") {
    const auto of_digits = [](const char* capture, unsigned digits) {
        return count(capture, [=](const Event& event) { return event.time_digits == digits; });
    };
    for (const auto* capture : {"nsd", "unbound", "kresd", "pdns"}) CHECK(of_digits(capture, 9) == 0);
    CHECK(of_digits("nsd", 6) > 790);
    CHECK(of_digits("knot", 9) > 750);
    CHECK(of_digits("dnsdist", 9) > 410);
}

TEST_CASE("18: the zone of the root is one zero octet, and is a zone") {
    const auto root_zone = [](const Event& event) { return event.query_zone.size() == 1; };
    CHECK(count("unbound", root_zone) == 16);
    CHECK(count("bind-rec", root_zone) == 74);
    const Decoded primed(message_of_type(3).counted(field::query_zone, Bytes{0}));
    CHECK(primed.event.qname == ".");
}

TEST_CASE("19: names in mixed case are one name") {
    for (const auto* capture : {"bind-auth", "nsd", "knot"}) {
        std::size_t mixed = 0;
        each_event(capture, [&](const Event& event) {
            CHECK(std::none_of(event.qname.begin(), event.qname.end(),
                               [](char c) { return c >= 'A' && c <= 'Z'; }));
            if (!event.has_question) return;
            const auto* label = event.dns.wire.data() + event.dns.questions.front().name;
            const auto is_capital = [](std::uint8_t c) { return c >= 'A' && c <= 'Z'; };
            if (*label < 64 && std::any_of(label + 1, label + 1 + *label, is_capital)) ++mixed;
        });
        CAPTURE(capture);
        CHECK(mixed >= 8);
    }
}

TEST_CASE("20: an IPv4 address inside IPv6 is that IPv4 address, and is remembered to have been mapped") {
    const Decoded decoded(
        message_of_type(5)
            .varint(field::socket_family, 2)
            .counted(field::query_address, from_hex("00000000000000000000ffffc0000201"))
            .counted(field::response_address, from_hex("20010db8000000000000000000000001")));
    CHECK(address(decoded.event.query.address) == "192.0.2.1");
    CHECK(decoded.event.query.was_mapped);
    CHECK(address(decoded.event.response.address) == "2001:db8::1");
    CHECK_FALSE(decoded.event.response.was_mapped);
    CHECK(count("unbound", [](const Event& event) { return event.query.address.is_v6(); }) == 8);
}
