#include "agent/stages/expression.h"

#include <doctest/doctest.h>

#include "tests/stages/written_expression.h"

namespace tapferry {
namespace {

using namespace test;

TEST_CASE("what is written about an event holds when it is so, and else does not") {
    EventBuilder builder = response();
    const Event& event = builder.build();
    for (const std::string_view text : {"type == \"CLIENT_RESPONSE\"",
                                        "type == 'CR'",
                                        "type in [\"CR\", \"AR\"]",
                                        "short_type == \"CR\"",
                                        "qtype == \"AAAA\"",
                                        "qtype == 28",
                                        "qtype == \"TYPE28\"",
                                        "qtype in [\"A\", \"aaaa\"]",
                                        "qtype starts_with \"AA\"",
                                        "qclass == \"IN\"",
                                        "rcode == \"NXDOMAIN\"",
                                        "rcode != \"NOERROR\"",
                                        "rcode not in [\"NOERROR\", \"SERVFAIL\"]",
                                        "rcode in \"NXDOMAIN\"",
                                        "opcode == \"QUERY\"",
                                        "protocol == \"udp\"",
                                        "identity == \"ns1.example\"",
                                        "identity matches \"^ns[0-9]\"",
                                        "version contains \"BIND\"",
                                        "src == \"198.51.100.7\"",
                                        "src in \"198.51.100.0/24\"",
                                        "src in [\"10.0.0.0/8\", \"198.51.0.0/16\"]",
                                        "src not in \"10.0.0.0/8\"",
                                        "dst != \"192.0.2.1\"",
                                        "src_port == 40000",
                                        "src_port > 39999",
                                        "src_port in [1, 40000]",
                                        "src_port not in [1, 2]",
                                        "answer_count >= 3",
                                        "answer_count < 4.5",
                                        "time >= \"2026-11-20\"",
                                        "time < \"2027-01-01T00:00:00Z\"",
                                        "time == \"2026-11-20T21:23:42.143733Z\"",
                                        "time == \"2026-11-20 22:23:42.143733+01:00\"",
                                        "qname == \"www.EXAMPLE.test.\"",
                                        "qname ends_with \"example.test\"",
                                        "qname ends_with \"TEST\"",
                                        "qname ends_with \".test\"",
                                        "qname ends_with \"www.example.test\"",
                                        "qname starts_with \"WWW\"",
                                        "qname contains \"Exam\"",
                                        "qname matches \"^WWW\"",
                                        "qname in [\"a.b\", \"www.example.test\"]",
                                        "flags == \"RD\"",
                                        "flags in [\"TC\", \"RA\"]",
                                        "flags != \"TC\"",
                                        "answers == \"192.0.2.7\"",
                                        "answers in \"192.0.2.0/24\"",
                                        "answers in [\"edge.cdn.test\", \"10.0.0.0/8\"]",
                                        "answers ends_with \"cdn.test\"",
                                        "answers matches \"^10 \"",
                                        "answers not in \"10.0.0.0/8\"",
                                        "qname",
                                        "qname exists",
                                        "src and dst",
                                        "not latency",
                                        "not client_subnet exists",
                                        "not (rcode == \"NOERROR\" or qtype == \"A\")",
                                        "rcode == \"NOERROR\" or qtype == \"AAAA\"",
                                        "not rcode == \"NOERROR\" and not qtype == \"A\"",
                                        "qtype=='A'or(qname)",
                                        "qtype == \"A\" and qtype == \"A\" or qname\n and\trcode"}) {
        CAPTURE(text);
        CHECK(holds(text, event));
        CHECK(!holds("not (" + std::string(text) + ")", event));
    }
}

TEST_CASE("a name's end is compared by whole labels, and the name itself counts unless a dot leaves it out") {
    EventBuilder builder;
    builder.question({"badexample", "com"});
    const Event& event = builder.build();
    CHECK(!holds("qname ends_with \"example.com\"", event));
    CHECK(holds("qname ends_with \"badexample.com\"", event));
    CHECK(!holds("qname ends_with \".badexample.com\"", event));
    CHECK(holds("qname ends_with \".com\"", event));
    EventBuilder answered = response();
    CHECK(!holds("answers ends_with \"dn.test\"", answered.build()));
}

TEST_CASE("names are written as they are shown, in any spelling that means the same") {
    EventBuilder builder;
    builder.question({"a.b", "x y", "test"});
    const Event& event = builder.build();
    CHECK(holds("qname == \"a\\.b.x\\032y.TEST\"", event));
    CHECK(holds("qname ends_with \"x\\ y.test\"", event));
    CHECK(!holds("qname ends_with \"b.x\\032y.test\"", event));
}

TEST_CASE("what an event has not is neither equal nor unequal to anything") {
    EventBuilder builder;
    builder.type(MessageType::client_query).no_question().flags(0);
    const Event& event = builder.build();
    for (const std::string text :
         {"qname", "qtype == \"A\"", "qtype != \"A\"", "qname != \"a\"", "qname not in [\"a\"]",
          "rcode != \"NOERROR\"", "answers != \"192.0.2.1\"", "latency < 1", "latency != 1",
          "response_time < \"2030-01-01\"", "client_subnet not in \"10.0.0.0/8\"", "registered_domain",
          "qname matches \"\""}) {
        CAPTURE(text);
        CHECK(!holds(text, event));
        CHECK(holds("not " + text, event));
    }
}

TEST_CASE("a client subnet is inside a network when all of it is") {
    EventBuilder builder;
    builder.build();
    Event event = builder.build();
    event.dns.edns.has_client_subnet = true;
    event.dns.edns.client_subnet_family = 1;
    event.dns.edns.client_subnet_source_prefix = 16;
    event.dns.edns.client_subnet_address[0] = 10;
    CHECK(holds("client_subnet in \"10.0.0.0/8\"", event));
    CHECK(holds("client_subnet == \"10.0.0.0/16\"", event));
    CHECK(!holds("client_subnet in \"10.0.0.0/24\"", event));
    CHECK(holds("client_subnet not in \"10.0.0.0/24\"", event));
}

TEST_CASE("an expression is asked again and again, and answers for each event alone") {
    auto expression = std::get<Expression>(parse_expression("identity == \"a\" or identity == \"b\""));
    Expression copy = expression;
    EventBuilder builder;
    for (const std::string_view identity : {"a", "b", "c", "a"}) {
        builder.event().identity = identity;
        const Event& event = builder.build();
        CHECK(expression.matches(event) == (identity != "c"));
        CHECK(copy.matches(event) == (identity != "c"));
    }
    CHECK(expression.asks_for("identity"));
    CHECK(!expression.asks_for("qname"));
}

TEST_CASE("the addresses of answers are compared as addresses, and any of them counts") {
    EventBuilder builder;
    builder.question({"a", "test"}, 1).rcode(0);
    builder.answer({"a", "test"}, 1, std::string("\xC0\x00\x02\x07", 4));
    builder.answer({"a", "test"}, 1, std::string("\x0A\x00\x00\x09", 4));
    builder.answer({"a", "test"}, 28, std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\1");
    const Event& event = builder.build();
    for (const std::string_view text :
         {"answer_ip == \"10.0.0.9\"", "answer_ip in \"10.0.0.0/8\"",
          "answer_ip in [\"10.0.0.0/8\", \"1.1.1.1\"]", "answer_ip == \"2001:DB8:0::1\"",
          "answer_a in \"10.0.0.0/8\"", "answer_a != \"1.1.1.1\"", "answer_aaaa == \"2001:0db8::1\"",
          "answer_aaaa in \"2001:db8::/32\"", "answer_ips in \"2001:db8::/32\"",
          "answer_aaaa not in \"0.0.0.0/0\"", "answer_a not in \"::/0\"", "answers == \"2001:DB8:0::1\"",
          "answer_ip", "answer_ips exists"}) {
        CAPTURE(text);
        CHECK(holds(text, event));
    }
    for (const std::string_view text :
         {"answer_ip == \"10.0.0.8\"", "answer_ip in \"11.0.0.0/8\"", "answer_a in \"2001:db8::/32\"",
          "answer_aaaa in \"10.0.0.0/8\"", "answer_ip != \"10.0.0.9\"", "answer_a not in \"10.0.0.0/8\""}) {
        CAPTURE(text);
        CHECK(!holds(text, event));
    }
    EventBuilder bare;
    CHECK(!holds("answer_a not in \"10.0.0.0/8\"", bare.build()));
    CHECK(fault_of("answer_ip == \"10.0.0.0/8\"") ==
          "column 14: answer_ip is compared with an address such as \"192.0.2.1\"; networks go with in");
    CHECK(fault_of("answer_aaaa in \"abc\"").starts_with("column 16: answer_aaaa is compared with networks"));
    CHECK(
        fault_of("answer_a matches \"^10\"").starts_with("column 10: \"matches\" does not go with answer_a"));
}

TEST_CASE("the lengths of a cookie and of padding are numbers, which a message without has not") {
    EventBuilder builder = response();
    Event event = builder.build();
    CHECK(!holds("cookie_length or padding_length >= 0", event));
    event.dns.has_edns = event.dns.edns.has_cookie = event.dns.edns.has_padding = true;
    event.dns.edns.cookie_length = 24;
    CHECK(holds("edns.cookie_length == 24 and cookie_length > 8 and padding_length == 0 and padding_length",
                event));
}

TEST_CASE("what json shows may be asked for: the other sections, and whether something was left out") {
    EventBuilder builder = response();
    const Event& event = builder.build();
    CHECK(holds("not clipped and clipped == false and not authority and not additional", event));
    builder.answer({"www", "example", "test"}, 16, std::string(250, '\xFF') + std::string(5, 'x'));
    for (int i = 0; i < 70; ++i)
        builder.answer({"www", "example", "test"}, 1, std::string("\xC0\x00\x02\x07", 4));
    CHECK(holds("clipped and clipped == true", builder.build()));
    EventBuilder small = response();
    CHECK(holds("not clipped", small.build()));  // though the one before was
    EventBuilder other = response();
    Event moved = other.build();
    std::swap(moved.dns.answers, moved.dns.authority);
    CHECK(holds("authority in \"192.0.2.0/24\" and authority ends_with \"cdn.test\" and not answers", moved));
    CHECK(holds("authority == \"edge.cdn.test\" and authority.data", moved));
    std::swap(moved.dns.additional, moved.dns.authority);
    CHECK(holds("additional in \"192.0.2.0/24\" and not authority", moved));
}

}  // namespace
}  // namespace tapferry
