#include <doctest/doctest.h>

#include <string>

#include "encoders/bounds.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

rapidjson::Document zeek_of(const Event& event, const ZeekOptions& options = {}) {
    return read_json(render(options, event));
}

}  // namespace

TEST_CASE("a transaction is a line of Zeek's dns.log") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    builder.event().query_time = Timestamp{1'795'209'822, 100'000'000};
    CHECK(
        render(ZeekOptions{}, builder.build()) ==
        R"({"ts":1795209822.100000,"uid":"CNfbUL9AAAAAAAAAAq","id.orig_h":"198.51.100.7","id.orig_p":40000,)"
        R"("id.resp_h":"192.0.2.53","id.resp_p":53,"proto":"udp","trans_id":4660,"rtt":0.043733,)"
        R"("query":"www.example.test","qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A",)"
        R"("rcode":0,"rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,)"
        R"("answers":["192.0.2.11"],"TTLs":[300.0],"rejected":false,"opcode":0,"opcode_name":"QUERY"})");
}

TEST_CASE("a query alone has the time of the query and no response code") {
    EventBuilder builder;
    const auto document = zeek_of(builder.type(MessageType::client_query).flags(0x0100).build());
    CHECK(document["ts"].GetDouble() == doctest::Approx(1795209822.143733));
    CHECK_FALSE(document.HasMember("rtt"));
    CHECK_FALSE(document.HasMember("rcode"));
    CHECK_FALSE(document["rejected"].GetBool());
}

TEST_CASE("Zeek shows one name of SOA, MX and SRV, and the strings of TXT with their lengths") {
    EventBuilder builder;
    const std::string host = wire_name({"mail", "example", "test"});
    builder.answer({"a", "test"}, 15, std::string("\0\x0A", 2) + host);
    builder.answer({"a", "test"}, 33, std::string("\0\1\0\2\0\x35", 6) + host);
    builder.answer({"a", "test"}, 6, host + host + std::string(20, '\1'));
    builder.answer({"a", "test"}, 16, character_string("v=spf1 -all") + character_string("\"\n"));
    builder.answer({"a", "test"}, 16, "\x40short");
    builder.answer({"a", "test"}, 15, "x");
    const auto document = zeek_of(builder.build());
    const auto& answers = document["answers"];
    REQUIRE(answers.Size() == 6);
    for (unsigned i = 0; i < 3; ++i) CHECK(answers[i] == "mail.example.test");
    CHECK(answers[3] == "TXT 11 v=spf1 -all TXT 2 \"\\010");
    CHECK(answers[4] == "TXT 5 short");
    CHECK(answers[5] == "");
    CHECK(document["TTLs"].Size() == 6);
}

TEST_CASE("classes, any type and the reserved bits are written as Zeek writes them") {
    EventBuilder builder;
    builder.question({"version", "bind"}, 255).flags(0x8070);
    builder.build();
    Event& event = builder.event();
    auto document = zeek_of(event);
    CHECK(document["qtype_name"] == "*");
    CHECK(document["Z"].GetInt() == 7);
    event.qclass = 3;
    CHECK(zeek_of(event)["qclass_name"] == "C_CHAOS");
    event.qclass = 42;
    CHECK(zeek_of(event)["qclass_name"] == "qclass-42");
}

TEST_CASE("a response that says nothing is a rejection") {
    EventBuilder builder;
    CHECK(zeek_of(builder.rcode(5).build())["rejected"].GetBool());
    CHECK_FALSE(zeek_of(builder.answer({"a", "test"}, 1, address_a).build())["rejected"].GetBool());
}

TEST_CASE("different events have different identifiers, the same event the same") {
    EventBuilder builder;
    const auto uid_of = [&](std::uint64_t incarnation, std::uint64_t sequence) {
        builder.event().id = {incarnation, sequence};
        return std::string(zeek_of(builder.build())["uid"].GetString());
    };
    CHECK(uid_of(1, 2) == uid_of(1, 2));
    CHECK(uid_of(1, 2) != uid_of(2, 1));
    CHECK(uid_of(1, ~std::uint64_t{0}) != uid_of(1, ~std::uint64_t{0} - 1));
    CHECK(uid_of(0, 0) == "CAAAAAAAAAAAAAAAAA");
}

TEST_CASE("a line says which log it belongs to by option") {
    EventBuilder builder;
    CHECK(render(ZeekOptions{.path = true}, builder.build())
              .starts_with(R"({"_path":"dns","_system_name":"ns1.example","ts":)"));
    builder.event().identity = {};
    CHECK(render(ZeekOptions{.path = true}, builder.build()).starts_with(R"({"_path":"dns","ts":)"));
}

TEST_CASE("places and labels are flat members of a Zeek line") {
    EventBuilder builder;
    constexpr Label labels[] = {{"rack", "a"}, {"site", "fra1"}};
    builder.event().labels = labels;
    builder.event().query_place = {"DE", "Berlin", 64'500, "Example"};
    const std::string line = render(ZeekOptions{}, builder.build());
    CHECK(line.ends_with(R"("orig_cc":"DE","orig_city":"Berlin","orig_asn":64500,"orig_as_org":"Example",)"
                         R"("labels.rack":"a","labels.site":"fra1"})"));
}

TEST_CASE("answers leave room for what stands behind them") {
    const std::string value(250, 'x');
    std::vector<Label> labels;
    for (const std::string_view name : {"a", "b", "c", "d", "e", "f", "g", "h"})
        labels.push_back({name, value});
    std::string strings;
    for (int i = 0; i < 8; ++i) strings += character_string(value);
    EventBuilder builder;
    for (int i = 0; i < 30; ++i) builder.answer({"www", "example", "test"}, 16, strings);
    builder.event().labels = labels;
    const std::string line = render(ZeekOptions{}, builder.build());
    CHECK(line.size() > max_event_bytes / 2);
    CHECK(line.size() <= max_event_bytes);
    const auto document = read_json(line);
    CHECK(document["clipped"].GetBool());
    CHECK(document["labels.h"].GetStringLength() == value.size());
}

TEST_CASE("strings of TXT are cut, and that is told; a record too short for its name shows none") {
    std::string strings;
    for (int i = 0; i < 12; ++i) strings += character_string(std::string(250, 'x'));
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 16, strings);
    const auto cut = zeek_of(builder.build());
    CHECK(cut["answers"][0].GetStringLength() < 2500);
    CHECK(cut["clipped"].GetBool());
    EventBuilder other;
    other.answer({"www", "example", "test"}, 15, std::string("\0\12", 2))
        .answer({"next", "test"}, 1, address_a);
    const auto empty = zeek_of(other.build());
    CHECK(empty["answers"][0].GetStringLength() == 0);
    CHECK_FALSE(empty.HasMember("clipped"));
}

}  // namespace tapferry::test
