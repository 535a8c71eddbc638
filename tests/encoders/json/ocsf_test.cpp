#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

rapidjson::Document ocsf_of(const Event& event, const OcsfOptions& options = {}) {
    return read_json(render(options, event));
}

constexpr OcsfOptions version_1_9{.version = OcsfOptions::Version::v1_9};

}  // namespace

TEST_CASE("a response is an OCSF DNS activity") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    CHECK(
        render(OcsfOptions{}, builder.build()) ==
        R"({"class_uid":4003,"class_name":"DNS Activity","category_uid":4,"category_name":"Network Activity",)"
        R"("activity_id":2,"activity_name":"Response","type_uid":400302,"severity_id":1,"status_id":1,)"
        R"("status":"Success","time":1795209822143,"metadata":{"version":"1.3.0",)"
        R"("product":{"name":"Tapferry","vendor_name":"Tapferry","version":")" TAPFERRY_MAJOR_MINOR R"("},)"
        R"("uid":"0123456789abcdef000000000000002a","log_name":"dnstap","logged_time":1795209823000,)"
        R"("log_provider":"ns1.example"},"src_endpoint":{"ip":"198.51.100.7","port":40000},)"
        R"("dst_endpoint":{"ip":"192.0.2.53","port":53},)"
        R"("connection_info":{"direction_id":1,"protocol_name":"udp","protocol_num":17,"protocol_ver_id":4},)"
        R"("traffic":{"bytes":66},"query":{"hostname":"www.example.test","type":"A","class":"IN","opcode_id":0,)"
        R"("opcode":"Query","packet_uid":4660},)"
        R"("answers":[{"type":"A","class":"IN","ttl":300,"rdata":"192.0.2.11","flag_ids":[3,4]}],)"
        R"("rcode_id":0,"rcode":"NoError","response_time":1795209822143,"unmapped":{"dnstap_type":"CLIENT_RESPONSE",)"
        R"("server_version":"BIND 9.18","protocol":"UDP","flags":["RD","RA"],"answer_count":1}})");
}

TEST_CASE("OCSF 1.9 has identifier, opcode and flags at the event and owners at the answers") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    const auto document = ocsf_of(builder.build(), version_1_9);
    CHECK(document["metadata"]["version"] == "1.9.0");
    CHECK(document["transaction_id"].GetInt() == 4660);
    CHECK(document["opcode_id"].GetInt() == 0);
    CHECK(document["flag_ids"].Size() == 2);
    CHECK(document["answers"][0]["hostname"] == "www.example.test");
    CHECK_FALSE(document["answers"][0].HasMember("flag_ids"));
    CHECK_FALSE(document["query"].HasMember("packet_uid"));
    CHECK_FALSE(document["query"].HasMember("opcode_id"));
}

TEST_CASE("the type of an OCSF activity is made of its class and what it saw") {
    EventBuilder builder;
    const auto type_of = [&] { return ocsf_of(builder.build())["type_uid"].GetInt(); };
    CHECK(type_of() == 400302);
    builder.event().query_time = builder.event().response_time;
    CHECK(type_of() == 400306);
    builder.type(MessageType::client_query);
    CHECK(type_of() == 400301);
}

TEST_CASE("response codes have OCSF's numbers and captions") {
    EventBuilder builder;
    const auto rcode_of = [&](std::uint16_t rcode) {
        const auto document = ocsf_of(builder.rcode(rcode).build());
        return std::to_string(document["rcode_id"].GetInt()) + document["rcode"].GetString();
    };
    CHECK(rcode_of(1) == "1FormError");
    CHECK(rcode_of(3) == "3NXDomain");
    CHECK(rcode_of(11) == "11DSOTYPENI");
    CHECK(rcode_of(12) == "24Unassigned");
    const auto extended = [&](std::uint16_t rcode) {
        builder.build();
        builder.event().dns.rcode = rcode;
        const auto document = ocsf_of(builder.event());
        return std::to_string(document["rcode_id"].GetInt()) + document["rcode"].GetString();
    };
    CHECK(extended(16) == "16BADSIG_VERS");
    CHECK(extended(23) == "23BADCOOKIE");
    CHECK(extended(24) == "24Unassigned");
    CHECK(extended(3841) == "25Reserved");
    CHECK(extended(4095) == "25Reserved");
}

TEST_CASE("an OCSF activity has an endpoint, whatever is known") {
    CHECK(ocsf_of(Event{})["dst_endpoint"]["svc_name"] == "dns");
    EventBuilder builder;
    builder.event().query = {};
    const auto document = ocsf_of(builder.build());
    CHECK_FALSE(document.HasMember("src_endpoint"));
    CHECK(document["dst_endpoint"]["ip"] == "192.0.2.53");
}

TEST_CASE("an unanswered query is a failed query in OCSF") {
    EventBuilder builder;
    builder.type(MessageType::client_query).flags(0x0100).event().kind = EventKind::unanswered;
    const auto document = ocsf_of(builder.build());
    CHECK(document["activity_id"].GetInt() == 1);
    CHECK(document["status_id"].GetInt() == 2);
    CHECK(document["status_detail"] == "unanswered");
}

TEST_CASE("an answer without data has data all the same, which OCSF asks for") {
    EventBuilder builder;
    CHECK(ocsf_of(builder.answer({"a", "test"}, 1, "").build())["answers"][0]["rdata"] == "\\# 0");
}

TEST_CASE("observables are the name and both addresses, by option") {
    EventBuilder builder;
    CHECK_FALSE(ocsf_of(builder.build()).HasMember("observables"));
    const auto document = ocsf_of(builder.build(), {.observables = true});
    REQUIRE(document["observables"].Size() == 3);
    CHECK(document["observables"][0]["value"] == "www.example.test");
    CHECK(document["observables"][1]["value"] == "198.51.100.7");
    CHECK(document["observables"][2]["value"] == "192.0.2.53");
    CHECK_FALSE(ocsf_of(Event{}, {.observables = true}).HasMember("observables"));
}

TEST_CASE("places and labels have their attributes in OCSF") {
    EventBuilder builder;
    constexpr Label labels[] = {{"rack", "a\"1"}, {"site", "fra1"}};
    builder.event().labels = labels;
    builder.event().query_place = {"DE", "Berlin", 64'500, "Example"};
    const auto document = ocsf_of(builder.build());
    CHECK(document["src_endpoint"]["location"]["country"] == "DE");
    CHECK(document["src_endpoint"]["location"]["city"] == "Berlin");
    CHECK(document["src_endpoint"]["autonomous_system"]["number"].GetInt() == 64'500);
    CHECK(document["metadata"]["labels"][0] == "rack:a\"1");
    CHECK(document["metadata"]["labels"][1] == "site:fra1");
}

}  // namespace tapferry::test
