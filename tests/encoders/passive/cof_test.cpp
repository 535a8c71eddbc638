#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);
const Labels www{"www", "example", "test"};
constexpr PassiveSelection d4{.d4 = true};

EventBuilder resolver_response() {
    EventBuilder builder;
    builder.type(MessageType::resolver_response).zone({"example", "test"});
    return builder;
}

}  // namespace

TEST_CASE("a row of the common output format has its fields in this order") {
    EventBuilder builder = resolver_response();
    builder.answer(www, 1, address_a);
    CHECK(render(CofOptions{}, builder.build()) ==
          "{\"rrname\":\"www.example.test\",\"rrtype\":\"A\",\"rdata\":[\"192.0.2.11\"],\"time_first\":"
          "1795209822,\"time_last\":1795209822,\"count\":1,\"sensor_id\":\"ns1.example\",\"bailiwick\":"
          "\"example.test\"}");
    builder.type(MessageType::auth_response);
    builder.event().identity = {};
    EventBuilder authority;
    authority.type(MessageType::auth_response).answer(www, 1, address_a);
    authority.event().identity = {};
    CHECK(render(CofOptions{}, authority.build()) ==
          "{\"rrname\":\"www.example.test\",\"rrtype\":\"A\",\"rdata\":[\"192.0.2.11\"],\"time_first\":"
          "1795209822,\"time_last\":1795209822,\"count\":1}");
}

TEST_CASE("a row counts its events and keeps the first and the last time, in whatever order they came") {
    const auto encoder = make_encoder(CofOptions{});
    RecordBuffer records;
    for (const std::int64_t second : {50, 20, 90, 60}) {
        EventBuilder builder = resolver_response();
        builder.answer(www, 1, address_a, static_cast<std::uint32_t>(second));
        builder.event().time = {second, 999'999'999};
        encoder->encode(builder.build(), records);
    }
    encoder->close(records);
    REQUIRE(records.size() == 1);
    const auto row = read_json(std::string(records.content(records.records()[0])));
    CHECK(row["time_first"].GetInt() == 20);
    CHECK(row["time_last"].GetInt() == 90);
    CHECK(row["count"].GetInt() == 4);
    CHECK(records.records()[0].row.present());
    CHECK(records.records()[0].time.seconds == 90);
    // The next window is named after its own first event.
    EventBuilder next = resolver_response();
    next.event().id = {5, 0x99};
    encoder->encode(next.answer(www, 1, address_a).build(), records);
    encoder->close(records);
    CHECK(records.records().back().id == EventId{5, 0x99});
}

TEST_CASE("sensors and bailiwicks have rows of their own") {
    const auto encoder = make_encoder(CofOptions{});
    RecordBuffer records;
    for (const char* sensor : {"ns1", "ns2", "ns1"}) {
        for (const Labels& zone : {Labels{"example", "test"}, Labels{"test"}}) {
            EventBuilder builder = resolver_response();
            builder.zone(zone).answer(www, 1, address_a);
            builder.event().identity = sensor;
            encoder->encode(builder.build(), records);
        }
    }
    encoder->close(records);
    CHECK(records.size() == 4);
}

TEST_CASE("names end with a dot everywhere when that is asked for") {
    EventBuilder builder = resolver_response();
    builder.answer(www, 5, wire_name({"web", "example", "test"}));
    const std::string line = render(CofOptions{.trailing_dot = true}, builder.build());
    CHECK(line.find("\"rrname\":\"www.example.test.\"") != std::string::npos);
    CHECK(line.find("\"rdata\":[\"web.example.test.\"]") != std::string::npos);
    CHECK(line.find("\"bailiwick\":\"example.test.\"") != std::string::npos);
    EventBuilder root = resolver_response();
    root.question({}, 2).zone({}).answer({}, 2, wire_name({"a", "root-servers", "net"}));
    for (const bool dot : {false, true}) {
        const std::string of_root = render(CofOptions{.trailing_dot = dot}, root.build());
        CHECK(of_root.find("\"rrname\":\".\"") != std::string::npos);
        CHECK(of_root.find("\"bailiwick\":\".\"") != std::string::npos);
    }
}

TEST_CASE("data is a string when that is asked for, and a sensor has the name that it is given") {
    EventBuilder builder = resolver_response();
    builder.answer(www, 16, character_string("a \"b\" \\") + character_string("c"));
    const CofOptions options{.rdata = CofOptions::Rdata::string, .sensor_id = "fra \"1\""};
    const auto row = read_json(render(options, builder.build()));
    CHECK(std::string(row["rdata"].GetString()) == "\"a \\034b\\034 \\092\" \"c\"");
    CHECK(std::string(row["sensor_id"].GetString()) == "fra \"1\"");
}

TEST_CASE("D4 is given strings without quotes, plain names, known types and always a sensor") {
    EventBuilder builder = resolver_response();
    builder.event().identity = {};
    builder.answer(www, 65, std::string("\0\1\0", 3)).answer(www, 16, character_string("a \"b\""));
    const auto lines = render_all(
        CofOptions{.trailing_dot = true, .rdata = CofOptions::Rdata::array, .records = d4}, builder.build());
    REQUIRE(lines.size() == 1);
    const auto row = read_json(lines[0]);
    CHECK(std::string(row["rrname"].GetString()) == "www.example.test");
    CHECK(std::string(row["rdata"].GetString()) == "a \\034b\\034");
    CHECK(std::string(row["sensor_id"].GetString()) == "unknown");
}

TEST_CASE("only what belongs to the internet has a row") {
    EventBuilder builder;
    // version.bind/TXT in class CH, as answered by named.
    const std::string name = wire_name({"version", "bind"});
    const std::string type_and_class("\0\x10\0\3", 4);
    builder.type(MessageType::auth_response)
        .wire(std::string("\x12\x34\x84\0\0\1\0\1\0\0\0\0", 12) + name + type_and_class + name +
              type_and_class + std::string("\0\0\0\0\0\2\1x", 8));
    CHECK(render_all(PassivednsOptions{}, builder.build()).size() == 1);
    CHECK(render_all(CofOptions{}, builder.build()).empty());
}

}  // namespace tapferry::test
