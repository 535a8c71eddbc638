#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

rapidjson::Document ecs_of(const Event& event, const EcsOptions& options = {}) {
    return read_json(render(options, event));
}

}  // namespace

TEST_CASE("a response is a document of ECS 8.17, its fields in a fixed order") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    builder.event().query_time = Timestamp{1'795'209'822, 100'000'000};
    CHECK(
        render(EcsOptions{}, builder.build()) ==
        R"({"@timestamp":"2026-11-20T21:23:42.143733Z","ecs":{"version":"8.17.0"},)"
        R"("data_stream":{"type":"logs","dataset":"dns.dnstap","namespace":"default"},)"
        R"("agent":{"type":"tapferry","version":")" TAPFERRY_MAJOR_MINOR R"("},)"
        R"("event":{"kind":"event","category":["network"],"dataset":"dns.dnstap","module":"dns",)"
        R"("provider":"tapferry","type":["protocol","info"],"action":"dns-response","outcome":"success",)"
        R"("id":"0123456789abcdef000000000000002a","created":"2026-11-20T21:23:43.000Z",)"
        R"("start":"2026-11-20T21:23:42.100000Z","end":"2026-11-20T21:23:42.143733Z","duration":43733000},)"
        R"("dns":{"type":"answer","id":"4660","op_code":"QUERY","header_flags":["RD","RA"],"response_code":"NOERROR",)"
        R"("question":{"name":"www.example.test","type":"A","class":"IN"},)"
        R"("answers":[{"name":"www.example.test","type":"A","class":"IN","ttl":300,"data":"192.0.2.11"}],)"
        R"("resolved_ip":["192.0.2.11"]},)"
        R"("source":{"ip":"198.51.100.7","address":"198.51.100.7","port":40000},)"
        R"("client":{"ip":"198.51.100.7","port":40000},)"
        R"("destination":{"ip":"192.0.2.53","address":"192.0.2.53","port":53},"server":{"ip":"192.0.2.53","port":53},)"
        R"("network":{"protocol":"dns","direction":"ingress","type":"ipv4","transport":"udp","iana_number":"17","bytes":66},)"
        R"("observer":{"type":"dns","name":"ns1.example","version":"BIND 9.18","ip":["192.0.2.53"]},)"
        R"("related":{"ip":["198.51.100.7","192.0.2.53","192.0.2.11"],"hosts":["www.example.test"]},)"
        R"("dnstap":{"type":"CLIENT_RESPONSE","socket_protocol":"UDP","answer_count":1}})");
}

TEST_CASE("an event of which nothing is known has what ECS asks of every event") {
    CHECK(
        render(EcsOptions{.type = {}}, Event{}) ==
        R"({"@timestamp":"1970-01-01T00:00:00.000000000Z","ecs":{"version":"8.17.0"},)"
        R"("agent":{"type":"tapferry","version":")" TAPFERRY_MAJOR_MINOR R"("},)"
        R"("event":{"kind":"event","category":["network"],"dataset":"dns.dnstap","module":"dns",)"
        R"("provider":"tapferry","type":["protocol","info"],"action":"dns-query","outcome":"unknown",)"
        R"("id":"00000000000000000000000000000000","created":"1970-01-01T00:00:00.000Z"},"dns":{"type":"query"},)"
        R"("network":{"protocol":"dns","direction":"unknown"},"observer":{"type":"dns"},)"
        R"("dnstap":{"type":"UNKNOWN"}})");
}

TEST_CASE("the data stream of an ECS document is that of the options") {
    EventBuilder builder;
    const auto document =
        ecs_of(builder.build(), {.type = "logs", .dataset = "dns.lab", .name_space = "east"});
    CHECK(document["data_stream"]["dataset"] == "dns.lab");
    CHECK(document["data_stream"]["namespace"] == "east");
    CHECK(document["event"]["dataset"] == "dns.lab");
}

TEST_CASE("the registered domain divides the name asked, and is left out where there is none") {
    EventBuilder builder;
    builder.question({"a", "b", "example", "co", "test"});
    builder.build();
    Event& event = builder.event();
    event.registered_domain = "example.co.test";
    event.public_suffix = "co.test";
    auto document = ecs_of(event);
    CHECK(document["dns"]["question"]["subdomain"] == "a.b");
    CHECK(document["dns"]["question"]["registered_domain"] == "example.co.test");
    CHECK(document["dns"]["question"]["top_level_domain"] == "co.test");
    event.qname = "example.co.test";
    CHECK_FALSE(ecs_of(event)["dns"]["question"].HasMember("subdomain"));
    event.registered_domain = event.public_suffix = {};
    document = ecs_of(event);
    for (const char* name : {"registered_domain", "top_level_domain", "subdomain"}) {
        CHECK_FALSE(document["dns"]["question"].HasMember(name));
    }
}

TEST_CASE("related addresses and names are there once each, answers' targets among them") {
    EventBuilder builder;
    const Labels target{"edge", "cdn", "test"};
    builder.answer({"www", "example", "test"}, 5, wire_name(target)).answer(target, 1, address_a);
    builder.answer(target, 1, address_a).answer(target, 1, std::string("\xC0\0\2\x35", 4));
    builder.answer(target, 5, wire_name({"www", "example", "test"}));
    builder.answer(target, 28, std::string("\0\1", 2))
        .answer(target, 15, std::string("\0\x0A", 2) + wire_name(target));
    const auto document = ecs_of(builder.build());
    const auto& resolved = document["dns"]["resolved_ip"];
    REQUIRE(resolved.Size() == 2);
    CHECK(resolved[0] == "192.0.2.11");
    CHECK(resolved[1] == "192.0.2.53");
    REQUIRE(document["related"]["ip"].Size() == 3);
    CHECK(document["related"]["ip"][0] == "198.51.100.7");
    CHECK(document["related"]["ip"][1] == "192.0.2.53");
    CHECK(document["related"]["ip"][2] == "192.0.2.11");
    REQUIRE(document["related"]["hosts"].Size() == 2);
    CHECK(document["related"]["hosts"][0] == "www.example.test");
    CHECK(document["related"]["hosts"][1] == "edge.cdn.test");
}

TEST_CASE("the observer of upstream traffic is who asked, and its direction is egress") {
    EventBuilder builder;
    const auto document = ecs_of(builder.type(MessageType::resolver_response).build());
    CHECK(document["observer"]["ip"][0] == "198.51.100.7");
    CHECK(document["network"]["direction"] == "egress");
    CHECK(document["event"]["action"] == "dns-upstream-response");
}

TEST_CASE("an ECS event fails for errors of the server and for unanswered queries, not for NXDOMAIN") {
    EventBuilder builder;
    CHECK(ecs_of(builder.rcode(3).build())["event"]["outcome"] == "success");
    CHECK(ecs_of(builder.rcode(2).build())["event"]["outcome"] == "failure");
    builder.type(MessageType::client_query).flags(0x0100).rcode(0);
    CHECK(ecs_of(builder.build())["event"]["outcome"] == "unknown");
    builder.event().kind = EventKind::unanswered;
    const auto document = ecs_of(builder.build());
    CHECK(document["event"]["outcome"] == "failure");
    CHECK(document["dnstap"]["kind"] == "unanswered");
}

TEST_CASE("places, labels, policy and the sample's rate have their fields in ECS") {
    EventBuilder builder;
    constexpr Label labels[] = {{"site", "fra1"}};
    Event& event = builder.event();
    event.query_place = {"DE", {}, 64'500, "Example"};
    event.response_place = {{}, "Paris", 0, {}};
    event.labels = labels;
    event.sample_rate = 0.125;
    event.policy = {.present = true,
                    .type = "RPZ",
                    .rule = {},
                    .action = PolicyAction::nxdomain,
                    .match = PolicyMatch::qname,
                    .value = {}};
    const auto document = ecs_of(builder.build());
    CHECK(document["source"]["geo"]["country_iso_code"] == "DE");
    CHECK(document["source"]["as"]["number"].GetInt() == 64'500);
    CHECK(document["source"]["as"]["organization"]["name"] == "Example");
    CHECK(document["destination"]["geo"]["city_name"] == "Paris");
    CHECK_FALSE(document["destination"].HasMember("as"));
    CHECK(document["labels"]["site"] == "fra1");
    CHECK(document["dnstap"]["sample_rate"].GetDouble() == 0.125);
    CHECK(document["dnstap"]["policy"]["action"] == "NXDOMAIN");
    CHECK(document["event"]["type"][2] == "denied");
    CHECK(document["event"]["action"] == "dns-policy");
    builder.event().policy.action = PolicyAction::pass;
    CHECK(ecs_of(builder.build())["event"]["type"][2] == "allowed");
}

TEST_CASE("the data of an ECS answer is cut to what Elasticsearch indexes, and that is told") {
    EventBuilder builder;
    std::string text;
    for (int i = 0; i < 6; ++i) text += character_string(std::string(250, 'x'));
    const auto document = ecs_of(builder.answer({"www", "example", "test"}, 16, text).build());
    CHECK(document["dns"]["answers"][0]["data"].GetStringLength() == 1024);
    CHECK(document["dnstap"]["clipped"].GetBool());
}

}  // namespace tapferry::test
