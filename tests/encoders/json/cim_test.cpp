#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

rapidjson::Document cim_of(const Event& event, const CimOptions& options = {}) {
    return read_json(render(options, event));
}

}  // namespace

TEST_CASE("a response has the fields of Splunk's model") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    builder.event().query_time = Timestamp{1'795'209'822, 100'000'000};
    CHECK(
        render(CimOptions{}, builder.build()) ==
        R"({"timestamp":"2026-11-20T21:23:42.143733Z","message_type":"Response","query":"www.example.test",)"
        R"("record_type":"A","query_class":"IN","query_count":1,"query_type":"Query","transaction_id":4660,)"
        R"("flags":"RD RA","reply_code":"NOERROR","reply_code_id":0,"answer":["192.0.2.11"],"ttl":[300],)"
        R"("answer_count":1,"authority_answer_count":0,"additional_answer_count":0,)"
        R"("src":"198.51.100.7","src_port":40000,"dest":"192.0.2.53","dest_port":53,"transport":"udp",)"
        R"("protocol":"UDP","bytes":66,"response_time":0.043733,"duration":0.043733,"vendor_product":"Tapferry",)"
        R"("app":"dns","dvc":"ns1.example","dvc_version":"BIND 9.18","event_id":"0123456789abcdef000000000000002a",)"
        R"("dnstap_type":"CLIENT_RESPONSE"})");
}

TEST_CASE("a query has no reply and no answers") {
    EventBuilder builder;
    const auto document = cim_of(builder.type(MessageType::client_query).flags(0).build());
    CHECK(document["message_type"] == "Query");
    for (const char* name :
         {"reply_code", "reply_code_id", "answer", "answer_count", "ttl", "flags", "duration"}) {
        CAPTURE(name);
        CHECK_FALSE(document.HasMember(name));
    }
}

TEST_CASE("Splunk's query_type is the operation, by the model's own names") {
    EventBuilder builder;
    const auto type_of = [&](std::uint16_t opcode) {
        return std::string(
            cim_of(builder.flags(static_cast<std::uint16_t>(0x8000 | opcode << 11)).build())["query_type"]
                .GetString());
    };
    CHECK(type_of(0) == "Query");
    CHECK(type_of(1) == "IQuery");
    CHECK(type_of(2) == "Status");
    CHECK(type_of(4) == "Notify");
    CHECK(type_of(5) == "Update");
    CHECK(type_of(6) == "unknown");
    CHECK(type_of(15) == "unknown");
}

TEST_CASE("answers and their TTLs are lists of the same length") {
    EventBuilder builder;
    for (unsigned i = 0; i < 70; ++i) builder.answer({"www", "example", "test"}, 1, address_a, i);
    const auto document = cim_of(builder.build());
    CHECK(document["answer"].Size() == 64);
    REQUIRE(document["ttl"].Size() == 64);
    CHECK(document["ttl"][63].GetInt() == 63);
    CHECK(document["answer_count"].GetInt() == 70);
    CHECK(document["clipped"].GetBool());
}

TEST_CASE("the transport of encrypted DNS is the protocol below it") {
    EventBuilder builder;
    const auto transport_of = [&](SocketProtocol protocol) {
        builder.event().protocol = protocol;
        return std::string(cim_of(builder.build())["transport"].GetString());
    };
    for (const auto protocol : {SocketProtocol::udp, SocketProtocol::doq, SocketProtocol::dnscrypt_udp})
        CHECK(transport_of(protocol) == "udp");
    for (const auto protocol :
         {SocketProtocol::tcp, SocketProtocol::dot, SocketProtocol::doh, SocketProtocol::dnscrypt_tcp})
        CHECK(transport_of(protocol) == "tcp");
    builder.event().http_protocol = HttpProtocol::http3;
    CHECK(transport_of(SocketProtocol::doh) == "udp");
    builder.event().protocol = SocketProtocol::unknown;
    CHECK_FALSE(cim_of(builder.build()).HasMember("transport"));
}

}  // namespace tapferry::test
