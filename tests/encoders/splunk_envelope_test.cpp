#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include "encoders/make_encoder.h"
#include "encoders/records.h"

namespace tapferry {
namespace {

Event event_of(std::string_view identity) {
    Event event;
    event.time = {1795209822, 143733999};
    event.identity = identity;
    event.type = MessageType::client_response;
    return event;
}

std::string rendered(const SplunkEnvelopeOptions& options, const Event& event, std::string_view content) {
    const auto envelope = make_splunk_envelope(options);
    RecordBuffer records(Framing::none, envelope.get(), RecordText::tabbed_line);
    records.open(event).append(content);
    records.close(event);
    CHECK(!records.records()[0].invalid);
    rapidjson::Document parsed;
    parsed.Parse(records.content(records.records()[0]).data(), records.records()[0].length);
    CHECK(!parsed.HasParseError());
    return std::string(records.content(records.records()[0]));
}

}  // namespace

TEST_CASE("an event stands in its envelope with its time and what it is called") {
    SplunkEnvelopeOptions options;
    options.sourcetype = "dnstap:json";
    options.index = "netdns";
    CHECK(
        rendered(options, event_of("ns1"), "{\"a\":1}") ==
        R"({"time":1795209822.143733,"host":"ns1","source":"dnstap","sourcetype":"dnstap:json","index":"netdns","event":{"a":1}})");
}

TEST_CASE("what is empty is left out, but for a host, which is then the agent's own") {
    SplunkEnvelopeOptions options;
    options.own_host = "agent";
    options.source = "{zone}";
    CHECK(rendered(options, event_of(""), "{}") == R"({"time":1795209822.143733,"host":"agent","event":{}})");
    options.own_host.clear();
    CHECK(rendered(options, event_of(""), "{}") == R"({"time":1795209822.143733,"event":{}})");
}

TEST_CASE("what is no JSON becomes a text, whatever is in it") {
    SplunkEnvelopeOptions options;
    options.host = options.source = "";
    options.is_json = false;
    CHECK(rendered(options, event_of(""), "a\"b\\c\td") ==
          R"({"time":1795209822.143733,"event":"a\"b\\c\u0009d"})");
}

TEST_CASE("hostile names stay within their quotes") {
    SplunkEnvelopeOptions options;
    options.host = "{identity}";
    options.source = "of \"{identity}\"";
    const std::string line = rendered(options, event_of("x\",\"event\":\"y\n\\"), "{}");
    CHECK(line.find("\"event\":\"y") == std::string::npos);
}

TEST_CASE("fields are indexed beside the event, lists as lists, and absent ones not at all") {
    SplunkEnvelopeOptions options;
    options.host = options.source = "";
    options.indexed_fields = {"type", "zone", "flags", "identity"};
    Event event = event_of("a\"b");
    CHECK(rendered(options, event, "{}") ==
          R"({"time":1795209822.143733,"event":{},"fields":{"type":"CLIENT_RESPONSE","identity":"a\"b"}})");
    options.indexed_fields = {"zone"};
    CHECK(rendered(options, event, "{}") == R"({"time":1795209822.143733,"event":{}})");
}

TEST_CASE("texts and fields are checked before they are used") {
    for (const char* good : {"", "dns", "{identity}", "a {type} b", "{labels.site}"})
        CHECK_MESSAGE(check_splunk_text(good).empty(), good);
    for (const char* bad : {"{", "}", "{nothing}", "caf\xc3\xa9", "a\nb"})
        CHECK_MESSAGE(!check_splunk_text(bad).empty(), bad);
    CHECK(fields_of_splunk_text("{identity}-{labels.site}") ==
          std::vector<std::string>{"identity", "labels.site"});
    CHECK(check_indexed_field("qtype").empty());
    CHECK(check_indexed_field("q_type").find("qtype") != std::string::npos);
}

}  // namespace tapferry
