#include <doctest/doctest.h>

#include <string>

#include "encoders/event_class.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

std::string header_of(const SyslogHeaderOptions& options, const Event& event) {
    TextBuffer out;
    make_syslog_header(options)->open(event, {.id = event.id}, out);
    return std::string(out.view());
}

}  // namespace

TEST_CASE("the header is RFC 5424's, with six digits of time and the class as MSGID") {
    EventBuilder builder;
    CHECK(header_of({}, builder.build()) ==
          "<134>1 2026-11-20T21:23:42.143733Z ns1.example tapferry - DNS-RESPONSE - ");
}

TEST_CASE("the event's severity decides the priority") {
    EventBuilder builder;
    builder.event().policy.present = true;
    CHECK(header_of({}, builder.build()).starts_with("<133>1 "));
    CHECK(header_of({.facility = 0}, builder.build()).starts_with("<5>1 "));
    CHECK(header_of({.facility = 23}, builder.build()).starts_with("<189>1 "));
    CHECK(syslog_severity(0) == 6);
    CHECK(syslog_severity(3) == 6);
    CHECK(syslog_severity(4) == 5);
    CHECK(syslog_severity(7) == 4);
    CHECK(syslog_severity(10) == 3);
}

TEST_CASE("no identity can end the host name or be longer than 255 characters") {
    EventBuilder builder;
    const auto hostname = [&](std::string_view identity) {
        builder.event().identity = identity;
        const std::string header = header_of({}, builder.build());
        const std::string from =
            header.substr(std::string_view("<134>1 2026-11-20T21:23:42.143733Z ").size());
        CHECK(from.ends_with(" tapferry - DNS-RESPONSE - "));
        return from.substr(0, from.find(' '));
    };
    CHECK(hostname("a b\nc\xFF\x7F") == "a_b_c__");
    CHECK(hostname(std::string(300, 'h')) == std::string(255, 'h'));
    CHECK(hostname("") == "-");
    CHECK(hostname("CEF:0|v|p=1") == "CEF_0_v_p_1");
}

TEST_CASE("a fixed host name stands always, or only when there is no identity") {
    EventBuilder builder;
    using Hostname = SyslogHeaderOptions::Hostname;
    const SyslogHeaderOptions fixed{.hostname = Hostname::fixed, .fixed_hostname = "my host"};
    CHECK(header_of(fixed, builder.build()).find(" my_host tapferry ") != std::string::npos);
    const SyslogHeaderOptions fallback{.hostname = Hostname::identity, .fixed_hostname = "agent"};
    CHECK(header_of(fallback, builder.build()).find(" ns1.example tapferry ") != std::string::npos);
    builder.event().identity = {};
    CHECK(header_of(fallback, builder.build()).find(" agent tapferry ") != std::string::npos);
}

TEST_CASE("a header for the host's own log has no host name") {
    EventBuilder builder;
    SyslogHeaderOptions options{.rfc = SyslogHeaderOptions::Rfc::rfc3164};
    options.hostname = SyslogHeaderOptions::Hostname::none;
    CHECK(header_of(options, builder.build()) == "<134>Nov 20 21:23:42 tapferry: ");
    options.rfc = SyslogHeaderOptions::Rfc::rfc3164_iso;
    CHECK(header_of(options, builder.build()) == "<134>2026-11-20T21:23:42.143733Z tapferry: ");
}

TEST_CASE("structured data holds the record's id") {
    EventBuilder builder;
    CHECK(header_of({.app_name = "my app", .structured_data = true}, builder.build()) ==
          "<134>1 2026-11-20T21:23:42.143733Z ns1.example my_app - DNS-RESPONSE "
          "[tapferry@32473 id=\"0123456789abcdef000000000000002a\"] ");
    const auto header = make_syslog_header({.structured_data = true});
    RecordBuffer records(Framing::none, header.get());
    const auto add = [&](std::string_view text, const RowDigest& row) {
        records.open(builder.event(), row).append(text);
        records.close(builder.event());
        return std::string(records.content(records.records().back()));
    };
    CHECK(add("one", {}).ends_with("[tapferry@32473 id=\"0123456789abcdef000000000000002a\"] one"));
    CHECK(add("two", {}).ends_with("[tapferry@32473 id=\"0123456789abcdef000000000000002a-2\"] two"));
    CHECK(add("row", {0xfeed, 5})
              .ends_with("[tapferry@32473 id=\"0123456789abcdef000000000000002a-"
                         "000000000000feed0000000000000005\"] row"));
}

TEST_CASE("RFC 3164's header has a padded day, a host name and a tag, in UTC") {
    using Rfc = SyslogHeaderOptions::Rfc;
    EventBuilder builder;
    CHECK(header_of({.rfc = Rfc::rfc3164}, builder.build()) == "<134>Nov 20 21:23:42 ns1.example tapferry: ");
    CHECK(header_of({.rfc = Rfc::rfc3164_iso}, builder.build()) ==
          "<134>2026-11-20T21:23:42.143733Z ns1.example tapferry: ");
    const auto begin_at = [&](std::int64_t seconds) {
        builder.event().time = {seconds, 0};
        return header_of({.rfc = Rfc::rfc3164}, builder.build()).substr(5, 16);
    };
    CHECK(begin_at(1'772'668'800) == "Mar  5 00:00:00 ");
    CHECK(begin_at(1'798'761'599) == "Dec 31 23:59:59 ");
    CHECK(begin_at(1'767'225'600) == "Jan  1 00:00:00 ");
}

TEST_CASE("nothing but letters, digits, dots and dashes comes into RFC 3164's host name, nor into its tag") {
    using Rfc = SyslogHeaderOptions::Rfc;
    EventBuilder builder;
    builder.event().identity = "ns1:[x] y\n/z-1.test";
    CHECK(header_of({.rfc = Rfc::rfc3164}, builder.build()) ==
          "<134>Nov 20 21:23:42 ns1__x__y__z-1.test tapferry: ");
    CHECK(header_of({.rfc = Rfc::rfc3164, .app_name = "my-app [1]: x"}, builder.build())
              .ends_with(" myapp1x: "));
    CHECK(header_of({.rfc = Rfc::rfc3164, .app_name = "-"}, builder.build()).ends_with(" tapferry: "));
    CHECK(header_of({.rfc = Rfc::rfc3164, .app_name = std::string(40, 'a')}, builder.build())
              .ends_with(" " + std::string(32, 'a') + ": "));
    builder.event().identity = "ns1[2]";
    CHECK(header_of({.rfc = Rfc::rfc3164}, builder.build()) == "<134>Nov 20 21:23:42 ns1_2 tapferry: ");
    builder.event().identity = "[]";
    CHECK(header_of({.rfc = Rfc::rfc3164, .fixed_hostname = "agent"}, builder.build())
              .starts_with("<134>Nov 20 21:23:42 agent tapferry: "));
    builder.event().identity = {};
    CHECK(header_of({.rfc = Rfc::rfc3164, .fixed_hostname = "a b"}, builder.build())
              .starts_with("<134>Nov 20 21:23:42 a_b tapferry: "));
}

TEST_CASE("the header's time has as many digits as are wanted") {
    EventBuilder builder;
    CHECK(header_of({.time_digits = 3}, builder.build()).starts_with("<134>1 2026-11-20T21:23:42.143Z "));
    CHECK(header_of({.time_digits = 0}, builder.build()).starts_with("<134>1 2026-11-20T21:23:42Z "));
}

}  // namespace tapferry::test
