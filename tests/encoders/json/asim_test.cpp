#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

rapidjson::Document asim_of(const Event& event, const AsimOptions& options = {}) {
    return read_json(render(options, event));
}

}  // namespace

TEST_CASE("a response has the columns of Sentinel's DNS schema") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a).answer({"www", "example", "test"}, 16, "\1x");
    builder.event().query_time = Timestamp{1'795'209'822, 100'000'000};
    CHECK(
        render(AsimOptions{}, builder.build()) ==
        R"({"TimeGenerated":"2026-11-20T21:23:42.143733Z","EventCount":1,)"
        R"("EventStartTime":"2026-11-20T21:23:42.100000Z","EventEndTime":"2026-11-20T21:23:42.143733Z",)"
        R"("EventType":"Query","EventSubType":"response","EventResult":"Success","EventResultDetails":"NOERROR",)"
        R"("DnsResponseCodeName":"NOERROR","DnsResponseCode":0,"EventSeverity":"Informational",)"
        R"("EventVendor":"Tapferry","EventProduct":"Tapferry","EventProductVersion":")" TAPFERRY_MAJOR_MINOR
        R"(","EventSchema":"Dns","EventSchemaVersion":"0.1.7","EventOriginalUid":"0123456789abcdef000000000000002a",)"
        R"("EventOriginalType":"CLIENT_RESPONSE","Dvc":"ns1.example","DvcIpAddr":"192.0.2.53",)"
        R"("Src":"198.51.100.7","SrcIpAddr":"198.51.100.7","SrcPortNumber":40000,)"
        R"("Dst":"192.0.2.53","DstIpAddr":"192.0.2.53","DstPortNumber":53,"NetworkProtocol":"UDP",)"
        R"("NetworkProtocolVersion":"IPv4","DnsNetworkDuration":43,"TransactionIdHex":"1234","DnsFlags":"RD RA",)"
        R"("DnsFlagsAuthoritative":false,"DnsFlagsTruncated":false,"DnsFlagsRecursionDesired":true,)"
        R"("DnsFlagsRecursionAvailable":true,"DnsFlagsAuthenticated":false,"DnsFlagsCheckingDisabled":false,)"
        R"("DnsFlagsZ":false,"DnsQuery":"www.example.test","DnsQueryType":1,"DnsQueryTypeName":"A",)"
        R"("DnsQueryClass":1,"DnsQueryClassName":"IN",)"
        R"("DnsResponseName":"www.example.test 300 IN A 192.0.2.11; www.example.test 300 IN TXT \"x\"",)"
        R"("AdditionalFields":{"type":"CLIENT_RESPONSE","version":"BIND 9.18","protocol":"UDP","opcode":"QUERY",)"
        R"("answer_count":2,"bytes":96}})");
}

TEST_CASE("every mandatory column is there, whatever is known") {
    const auto document = asim_of(Event{});
    for (const char* column : {"EventCount", "EventStartTime", "EventEndTime", "EventType", "EventResult",
                               "EventResultDetails", "DnsResponseCodeName", "EventSeverity", "EventVendor",
                               "EventProduct", "EventSchema", "EventSchemaVersion", "Dvc", "Src"}) {
        CAPTURE(column);
        CHECK(document.HasMember(column));
    }
}

TEST_CASE("a device is called by its identity, else by its address, else by the product") {
    EventBuilder builder;
    CHECK(asim_of(builder.build())["Dvc"] == "ns1.example");
    builder.event().identity = {};
    CHECK(asim_of(builder.build())["Dvc"] == "192.0.2.53");
    builder.event().response = {};
    CHECK(asim_of(builder.build())["Dvc"] == "Tapferry");
}

TEST_CASE("the source of an upstream query without an address is the device") {
    EventBuilder builder;
    builder.type(MessageType::resolver_query).event().query.address = {};
    const auto document = asim_of(builder.build());
    CHECK(document["Src"] == "ns1.example");
    CHECK_FALSE(document.HasMember("SrcIpAddr"));
}

TEST_CASE("ASIM calls every response code but NOERROR a failure, and has none for queries") {
    EventBuilder builder;
    auto document = asim_of(builder.rcode(3).build());
    CHECK(document["EventResult"] == "Failure");
    CHECK(document["EventResultDetails"] == "NXDOMAIN");
    builder.type(MessageType::client_query).flags(0).rcode(0);
    document = asim_of(builder.build());
    CHECK(document["EventSubType"] == "request");
    CHECK(document["EventResult"] == "NA");
    CHECK(document["EventResultDetails"] == "NA");
    CHECK_FALSE(document.HasMember("DnsResponseCode"));
    builder.event().kind = EventKind::unanswered;
    CHECK(asim_of(builder.build())["EventResult"] == "Failure");
}

TEST_CASE("EventType is one of the five operations that ASIM knows") {
    EventBuilder builder;
    const auto type_of = [&](unsigned opcode) {
        const auto document =
            asim_of(builder.flags(static_cast<std::uint16_t>(0x8000 | opcode << 11)).build());
        return std::string(document["EventType"].GetString()) + '/' +
               document["AdditionalFields"]["opcode"].GetString();
    };
    CHECK(type_of(0) == "Query/QUERY");
    CHECK(type_of(2) == "Status/STATUS");
    CHECK(type_of(4) == "Notify/NOTIFY");
    CHECK(type_of(5) == "Update/UPDATE");
    CHECK(type_of(6) == "DNS Stateful Operations/DSO");
    CHECK(type_of(7) == "Query/OPCODE7");
}

TEST_CASE("places and labels have their columns or stand in AdditionalFields") {
    EventBuilder builder;
    constexpr Label labels[] = {{"site", "fra1"}};
    builder.event().labels = labels;
    builder.event().query_place = {"DE", "Berlin", 64'500, "Example"};
    builder.event().response_place = {"FR", {}, 0, {}};
    const auto document = asim_of(builder.build());
    CHECK(document["SrcGeoCountry"] == "DE");
    CHECK(document["SrcGeoCity"] == "Berlin");
    CHECK(document["DstGeoCountry"] == "FR");
    CHECK(document["AdditionalFields"]["src_asn"].GetInt() == 64'500);
    CHECK(document["AdditionalFields"]["labels"]["site"] == "fra1");
}

}  // namespace tapferry::test
