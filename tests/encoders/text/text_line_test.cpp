#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "encoders/bounds.h"
#include "encoders/event_fields.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

std::string line_of(EventBuilder& builder, std::string_view format) {
    return render(TextOptions{.format = std::string(format)}, builder.build());
}

std::string template_of(EventBuilder& builder, std::string_view line, std::string absent = "-") {
    return render(TemplateOptions{std::string(line), std::move(absent)}, builder.build());
}

}  // namespace

TEST_CASE("the default line is dnstap-read's") {
    EventBuilder builder;
    CHECK(line_of(builder, "") ==
          "20-Nov-2026 21:23:42.143 CR 198.51.100.7:40000 <- 192.0.2.53:53 UDP 34b www.example.test/IN/A");
    builder.type(MessageType::client_query);
    CHECK(line_of(builder, "") ==
          "20-Nov-2026 21:23:42.143 CQ 198.51.100.7:40000 -> 192.0.2.53:53 UDP 34b www.example.test/IN/A");
}

TEST_CASE("a format mixes literal text and fields") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a).answer({"www", "example", "test"}, 1, address_a);
    CHECK(line_of(builder, "q=%{qname} %{rcode} 100%% %{flags} [%{answers}]%{answer_count}%") ==
          "q=www.example.test NOERROR 100% RD+RA [192.0.2.11,192.0.2.11]2%");
    CHECK(line_of(builder, "%{time}|%{id}|%{type}|%{dns_id}|%{opcode}|%{latency}") ==
          "2026-11-20T21:23:42.143733Z|0123456789abcdef000000000000002a|CLIENT_RESPONSE|4660|QUERY|-");
}

TEST_CASE("a field that the event has not is a dash") {
    EventBuilder builder;
    builder.no_question();
    builder.event().query = {};
    builder.event().identity = {};
    CHECK(line_of(builder, "%{src} %{src_port} %{identity} %{qname} %{qtype} %{zone} %{kind}") ==
          "- - - - - - -");
}

TEST_CASE("free text holds no separator of its format") {
    EventBuilder builder;
    builder.event().identity = "a b,c;d|e";
    builder.event().version = "-\n\xFF";
    CHECK(line_of(builder, "%{identity} %{version}") == "a\\032b,c;d|e -\\010\\255");
    CHECK(line_of(builder, "%{identity},%{version}") == "a\\032b\\044c;d|e,-\\010\\255");
    CHECK(line_of(builder, "<%{identity};%{version}|x>") == "<a\\032b,c\\059d\\124e;-\\010\\255|x>");
}

TEST_CASE("the data of an answer holds neither space nor comma") {
    EventBuilder builder;
    builder.answer({"t", "test"}, 16, character_string("one, two")).answer({"t", "test"}, 1, address_a);
    CHECK(line_of(builder, "%{answers}") == "\"one\\044\\032two\",192.0.2.11");
}

TEST_CASE("a mark that alone parts two fields stands in neither") {
    EventBuilder builder;
    builder.question({"a/b", "c:d-e", "test"});
    CHECK(line_of(builder, "%{qname}/%{qtype}") == "a\\047b.c:d-e.test/A");
    CHECK(line_of(builder, "%{qname}:%{qtype} %{qname}") == "a/b.c\\058d-e.test:A a/b.c:d-e.test");
    CHECK(line_of(builder, "%{qname}-%{qtype}") == "a/b.c:d\\045e.test-A");
    CHECK(line_of(builder, "%{src_port}-%{src}/%{qname} - %{qtype}") ==
          "40000-198.51.100.7/a\\047b.c:d-e.test - A");
}

TEST_CASE("neither dots nor letters part fields: names are full of them") {
    EventBuilder builder;
    CHECK(line_of(builder, "%{qname}.%{qtype}x%{qclass}") == "www.example.test.AxIN");
}

TEST_CASE("a label is a field by its name") {
    EventBuilder builder;
    const Label labels[] = {{"rack", "a 7"}, {"site", "fra1"}};
    builder.event().labels = labels;
    CHECK(line_of(builder, "%{labels.site} %{labels.rack} %{labels.row} %{labels}") ==
          "fra1 a\\0327 - rack=a\\0327,site=fra1");
}

TEST_CASE("every field of the table can stand in a line") {
    EventBuilder builder;
    for (const EventField& field : event_fields()) {
        CAPTURE(field.name);
        CHECK(check_text_format("%{" + std::string(field.name) + "}").empty());
        CHECK_FALSE(line_of(builder, "%{" + std::string(field.name) + "}").empty());
    }
}

TEST_CASE("addresses, types and the first answer are fields of their own") {
    EventBuilder builder;
    const Labels owner{"www", "example", "test"};
    builder.answer(owner, 5, wire_name({"web", "test"})).answer({"web", "test"}, 1, address_a, 60);
    builder.answer({"web", "test"}, 28, std::string(15, '\0') + '\1');
    CHECK(line_of(builder, "%{answer_types} %{answer_ips} %{answer_ip} %{answer_a} %{answer_aaaa}") ==
          "CNAME,A,AAAA 192.0.2.11,::1 192.0.2.11 192.0.2.11 ::1");
    CHECK(line_of(builder, "%{answer_name} %{answer_type} %{answer_ttl} %{answer_data} %{ancount}") ==
          "www.example.test CNAME 300 web.test 3");
}

TEST_CASE("Unix time comes in seconds, milliseconds, microseconds and nanoseconds") {
    EventBuilder builder;
    CHECK(line_of(builder, "%{unix_time} %{unix_ms} %{unix_us} %{unix_ns}") ==
          "1795209822.143733 1795209822143 1795209822143733 1795209822143733000");
}

TEST_CASE("a name that another collector uses leads to ours") {
    CHECK(check_text_format("%{queryip}").starts_with("unknown field %{queryip}, did you mean %{src}?"));
    CHECK(check_text_format("%{timestamp-unixms}").find("did you mean %{unix_ms}?") != std::string::npos);
    CHECK(check_text_format("%{rrtype}").find("did you mean %{qtype}?") != std::string::npos);
    const std::pair<std::string_view, std::string_view> meant[] = {
        {"tld", "public_suffix"},
        {"etld+1", "registered_domain"},
        {"publixsuffix-tld", "public_suffix"},
        {"publixsuffix-etld+1", "registered_domain"},
        {"geoip-as-number", "src_asn"},
        {"geoip-as-owner", "src_as_org"},
        {"asn", "src_asn"},
        {"country", "src_country"},
        {"geoip-city", "src_city"},
        {"query-name", "qname"},
        {"query-type", "qtype"},
        {"policy-rule", "policy_rule"},
        {"answer-aaaa", "answer_aaaa"},
        {"http-protocol", "http_protocol"},
        {"timestamp-rfc3339ns", "time"},
        {"operation", "type"}};
    for (const auto& [theirs, ours] : meant) {
        CAPTURE(theirs);
        CHECK(near_event_field(theirs) == ours);
    }
    for (const std::string_view none : {"df", "tr", "geoip-continent", "weather"})
        CHECK(check_text_format("%{" + std::string(none) + "}")
                  .starts_with("unknown field %{" + std::string(none) + "}. Known are time, "));
}

TEST_CASE("a field goes by the name that json has it under, too") {
    EventBuilder builder;
    CHECK(line_of(builder, "%{answers.type}|%{edns.do}") == "-|-");
    CHECK(template_of(builder, "{policy.rule}") == "-");
}

TEST_CASE("a line that names no field is refused, with the fields that its words may mean") {
    CHECK(check_text_format("timestamp-rfc3339ns identity operation rcode") ==
          "names no field, so every event would give the same text; fields are written %{time} %{identity} "
          "%{type} %{rcode}");
    CHECK(check_text_format("100 %%").ends_with("fields are written %{qname}"));
    CHECK(check_template("qname").ends_with("fields are written {qname}"));
    CHECK(check_text_format("").empty());
}

TEST_CASE("a template mixes text and fields, and braces are doubled") {
    EventBuilder builder;
    builder.event().identity = "a b\"c\\";
    builder.event().extra = "k=v";
    CHECK(template_of(builder, "{{\"q\":\"{qname:json}\",\"n\":\"{identity:json}\"}}") ==
          "{\"q\":\"www.example.test\",\"n\":\"a b\\\"c\\\\092\"}");
    CHECK(template_of(builder, "x={extra:cef} {extra:raw}|{extra}") == "x=k\\=v k=v|k\\061v");
    CHECK(template_of(builder, "{qname} {zone}") == "www.example.test -");
    CHECK(template_of(builder, "{qname} {zone}", "") == "www.example.test ");
    CHECK(template_of(builder, "}}{{{qname}") == "}{www.example.test");
}

TEST_CASE("a template that cannot be used says why") {
    CHECK(
        check_template("{qnam}").starts_with("unknown field {qnam}, did you mean {qname}? Known are time, "));
    CHECK(check_template("{qname:xml}") == "unknown escape in {qname:xml}: there are :json, :cef and :raw");
    CHECK(check_template("{qname").find("without its }") != std::string::npos);
    CHECK(check_template("qname}").find("without its {") != std::string::npos);
    CHECK(check_template("") == "must not be empty");
    CHECK(check_template("a\nb").find("printable") != std::string::npos);
    CHECK(check_template(std::string(8193, 'x')).find("8192") != std::string::npos);
    CHECK_THROWS_AS(make_encoder(TemplateOptions{.line = "{nothing}"}), std::invalid_argument);
}

TEST_CASE("a line is bounded however often it asks for the longest fields") {
    EventBuilder builder;
    for (int i = 0; i < 64; ++i) builder.answer({"t", "test"}, 16, character_string(std::string(255, '"')));
    std::string line;
    for (int i = 0; i < 10; ++i) line += "{answers}{answers:json}{answers:raw}|";
    const std::string made = template_of(builder, line + "{rcode}");
    CHECK(made.size() > max_event_bytes / 2);
    CHECK(made.size() <= max_event_bytes);
}

TEST_CASE("a line is bounded whatever stands for the fields that an event has not") {
    EventBuilder builder;
    std::string line;
    for (int i = 0; i < 1'000; ++i) line += "{extra}";
    const std::string longest(63, '-');
    CHECK(template_of(builder, line, longest).size() == max_event_bytes);
    for (int i = 0; i < 64; ++i) builder.answer({"t", "test"}, 16, character_string(std::string(255, '"')));
    CHECK(template_of(builder, "{answers:raw}{answers:raw}{answers:raw}{extra}").size() == max_event_bytes);
}

TEST_CASE("an unknown field is named with the nearest known one") {
    const std::string error = check_text_format("%{time} %{qnam}");
    CHECK(error.starts_with("unknown field %{qnam}, did you mean %{qname}? Known are time, "));
    CHECK(check_text_format("%{source_port}").find("did you mean %{src_port}?") != std::string::npos);
}

TEST_CASE("a format that cannot be used says why") {
    CHECK(check_text_format("%{qname").find("without its }") != std::string::npos);
    CHECK(check_text_format("a\tb").find("printable") != std::string::npos);
    CHECK(check_text_format("%{}").starts_with("unknown field %{}"));
    CHECK(check_text_format("").empty());
    CHECK(check_text_format("no field, 5% %{qname}").empty());
    CHECK_THROWS_AS(make_encoder(TextOptions{.format = "%{nothing}"}), std::invalid_argument);
}

TEST_CASE("every format has default options, and no other name has") {
    for (const std::string_view name : format_names()) {
        CAPTURE(name);
        REQUIRE(default_format(name));
        CHECK(make_encoder(*default_format(name)) != nullptr);
    }
    CHECK_FALSE(default_format("xml"));
}

}  // namespace tapferry::test
