#include "encoders/event_class.h"

#include <doctest/doctest.h>

#include "tests/encoders/cef/cef_reader.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

std::uint8_t severity_of_response(const Severities& severities, std::uint16_t rcode) {
    EventBuilder builder;
    builder.rcode(rcode);
    return severities.of(builder.build());
}

}  // namespace

TEST_CASE("a response code with a severity of its own decides, else the class does") {
    Severities severities;
    CHECK(severity_of_response(severities, 0) == 1);
    CHECK(severity_of_response(severities, 2) == 3);
    CHECK(severity_of_response(severities, 5) == 3);
    REQUIRE(severities.set("NXDOMAIN", 7));
    REQUIRE(severities.set("SERVFAIL", 0));
    REQUIRE(severities.set("BADCOOKIE", 9));
    REQUIRE(severities.set("DNS-RESPONSE", 2));
    CHECK(severity_of_response(severities, 0) == 2);
    CHECK(severity_of_response(severities, 3) == 7);
    CHECK(severity_of_response(severities, 2) == 0);
    CHECK(severity_of_response(severities, 5) == 3);
    CHECK(severities == severities);
    CHECK_FALSE(severities == Severities());
}

TEST_CASE("response codes count in DNS-RESPONSE alone, and a code without a name has its class's severity") {
    Severities severities;
    REQUIRE(severities.set("SERVFAIL", 10));
    EventBuilder upstream;
    upstream.type(MessageType::resolver_response).rcode(2);
    CHECK(severities.of(upstream.build()) == 0);
    CHECK(severity_of_response(severities, 12) == 1);
    EventBuilder policy;
    policy.rcode(2).event().policy.present = true;
    CHECK(severities.of(policy.build()) == 6);
}

TEST_CASE("only classes and response codes have severities, from 0 to 10") {
    Severities severities;
    CHECK(severities.set("DNS-POLICY", 10));
    CHECK_FALSE(severities.set("DNS-POLICY", 11));
    CHECK_FALSE(severities.set("DNS-POLICIES", 1));
    CHECK_FALSE(severities.set("nxdomain", 1));
    CHECK_FALSE(severities.set("RCODE24", 1));
    CHECK_FALSE(severities.set("", 1));
    for (const std::string& name : severity_names()) CHECK(Severities().set(name, 5));
}

TEST_CASE("the configured severities stand in CEF's header and decide the syslog priority") {
    EventBuilder builder;
    builder.rcode(3);
    CefOptions options;
    REQUIRE(options.severities.set("NXDOMAIN", 8));
    CHECK(read_cef(render(options, builder.build())).header[6] == "8");
    SyslogHeaderOptions header;
    header.severities = options.severities;
    TextBuffer out;
    make_syslog_header(header)->open(builder.build(), {}, out);
    CHECK(out.view().starts_with("<132>1 "));
}

TEST_CASE("an unanswered query has a class of its own") {
    EventBuilder builder;
    builder.type(MessageType::client_query);
    builder.event().kind = EventKind::unanswered;
    CHECK(event_class(builder.build()).id == "DNS-UNANSWERED");
    CHECK(event_severity(builder.build()) == 3);
    CHECK(event_category(builder.build()) == "DNS/query");
}

}  // namespace tapferry::test
