#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

rapidjson::Document gelf_of(const Event& event, const GelfOptions& options = {}) {
    return read_json(render(options, event));
}

}  // namespace

TEST_CASE("a response is a GELF message") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a).answer({"www", "example", "test"}, 16, "\3a,b");
    CHECK(
        render(GelfOptions{}, builder.build()) ==
        R"({"version":"1.1","host":"ns1.example","short_message":"www.example.test A NOERROR",)"
        R"("timestamp":1795209822.143733,"level":6,"_event_id":"0123456789abcdef000000000000002a",)"
        R"("_type":"CLIENT_RESPONSE","_identity":"ns1.example","_version":"BIND 9.18","_src":"198.51.100.7",)"
        R"("_src_port":40000,"_dst":"192.0.2.53","_dst_port":53,"_protocol":"UDP","_dns_id":4660,)"
        R"("_opcode":"QUERY","_flags":"RD+RA","_qname":"www.example.test","_qtype":"A","_qclass":"IN",)"
        R"("_rcode":"NOERROR","_answer_count":2,"_bytes":98,"_response_time":"2026-11-20T21:23:42.143733Z",)"
        R"("_answers":"192.0.2.11, \"a,b\""})");
}

TEST_CASE("a GELF message has a host, a text and a time, whatever is known") {
    CHECK(render(GelfOptions{}, Event{}) ==
          R"({"version":"1.1","host":"tapferry","short_message":"UNKNOWN","timestamp":0.000000,"level":6,)"
          R"("_event_id":"00000000000000000000000000000000","_type":"UNKNOWN"})");
}

TEST_CASE("the host of a GELF message may be fixed") {
    EventBuilder builder;
    CHECK(gelf_of(builder.build(), {.host = "ns \"1\""})["host"] == "ns \"1\"");
}

TEST_CASE("the values of a GELF message are texts and numbers, its names its own") {
    EventBuilder builder;
    constexpr Label labels[] = {{"id", "1"}, {"src", "6.6.6.6"}};
    Event& event = builder.event();
    event.labels = labels;
    event.query_place = {"DE", "Berlin", 64'500, "Example"};
    event.kind = EventKind::unanswered;
    event.sample_rate = 0.5;
    for (int i = 0; i < 70; ++i) builder.answer({"www", "example", "test"}, 1, address_a);
    const auto document = gelf_of(builder.build());
    CHECK(document["_src"] == "198.51.100.7");
    CHECK(document["_label_src"] == "6.6.6.6");
    CHECK(document["_src_asn"].GetInt() == 64'500);
    CHECK(document["_sample_rate"].GetDouble() == 0.5);
    CHECK(document["_clipped"] == "true");
    CHECK(document["short_message"] == "www.example.test A NOERROR unanswered");
    for (const auto& member : document.GetObject()) {
        CAPTURE(member.name.GetString());
        CHECK((member.value.IsString() || member.value.IsNumber()));
        CHECK(std::string(member.name.GetString()) != "_id");
    }
}

TEST_CASE("the level of a GELF message is the event's severity in syslog's numbers") {
    EventBuilder builder;
    CHECK(gelf_of(builder.build())["level"].GetInt() == 6);
    CHECK(gelf_of(builder.wire("short").build())["level"].GetInt() == 5);
}

TEST_CASE("EDNS and policy are fields of a GELF message, each of its own") {
    EventBuilder builder;
    using namespace std::string_literals;
    builder.wire(
        "\x12\x34\x81\x80\0\0\0\0\0\0\0\1\0\0\x29\4\xd0\0\0\x80\0\0\x0e\0\3\0\1a\0\x0f\0\5\0\x0fxyz"s);
    builder.event().policy = {.present = true,
                              .type = "RPZ",
                              .rule = "bad.test",
                              .action = PolicyAction::nxdomain,
                              .match = PolicyMatch::qname,
                              .value = "v"};
    const auto document = gelf_of(builder.build());
    CHECK(document["_edns_version"].GetInt() == 0);
    CHECK(document["_edns_udp_size"].GetInt() == 1232);
    CHECK(document["_edns_do"] == "DO");
    CHECK(document["_edns_nsid"] == "a");
    CHECK(document["_edns_ede"] == "15:xyz");
    CHECK(document["_policy_type"] == "RPZ");
    CHECK(document["_policy_rule"] == "bad.test");
    CHECK(document["_policy_action"] == "NXDOMAIN");
    CHECK(document["_policy_match"] == "QNAME");
    CHECK(document["_policy_value"] == "v");
}

}  // namespace tapferry::test
