// The JSON of Python's dnstap-receiver, as it printed it of a real capture.
#include <doctest/doctest.h>

#include "proto/dns_text.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/hostile_events.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

constexpr JsonOptions options{.profile = JsonOptions::Profile::dnstap_receiver};

}  // namespace

TEST_CASE("dnstap-receiver's JSON has its keys in its order, with its spaces and its numbers") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, "\xC0\x02\x04\x08");
    builder.event().query_time = Timestamp{1'795'209'822, 100'000'000};
    const Event& event = builder.build();
    CHECK(
        render(options, event) ==
        "{\"identity\": \"ns1.example\", \"qname\": \"www.example.test.\", \"rrtype\": \"A\", \"query-ip\": "
        "\"198.51.100.7\", \"query-port\": 40000, \"response-ip\": \"192.0.2.53\", \"response-port\": 53, "
        "\"latency\": 0.043733, \"message\": \"CLIENT_RESPONSE\", \"family\": \"INET\", \"protocol\": "
        "\"UDP\", "
        "\"length\": " +
            std::to_string(event.dns.wire.size()) +
            ", \"timestamp\": 1795209822.143733, \"type\": \"response\", \"rcode\": \"NOERROR\", \"id\": "
            "4660, "
            "\"datetime\": \"2026-11-20T21:23:42.143733+00:00\"}");
}

TEST_CASE("what is not known is a dash in it, and each key is always there") {
    EventBuilder builder;
    builder.no_question();
    Event& event = builder.event();
    event.identity = {};
    event.query = event.response = {};
    event.protocol = SocketProtocol::unknown;
    event.query_time = {};
    const auto json = read_json(render(options, builder.build()));
    CHECK(json.MemberCount() == 17);
    for (const char* key : {"identity", "qname", "rrtype", "query-ip", "query-port", "response-ip",
                            "response-port", "latency", "family", "protocol"}) {
        CAPTURE(key);
        REQUIRE(json[key].IsString());
        CHECK(json[key].GetString() == std::string("-"));
    }
}

TEST_CASE("no bytes of an event add a member to it") {
    with_hostile_events(8, [](const Event& event) {
        const std::string line = render(options, event);
        REQUIRE(is_one_printable_line(line));
        const auto json = read_json(line);
        REQUIRE(json.MemberCount() == 17);
        TextBuffer identity;
        append_opaque(identity, event.identity);
        REQUIRE(json["identity"].GetString() == std::string(event.identity.empty() ? "-" : identity.view()));
    });
}

}  // namespace tapferry::test
