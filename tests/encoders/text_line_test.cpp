#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

std::string line_of(EventBuilder& builder, std::string_view format) {
    return render(TextOptions{.format = std::string(format)}, builder.build());
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
