#include <doctest/doctest.h>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string flat(EventBuilder& builder) {
    return render(YamlOptions{YamlOptions::Layout::dnstap_receiver}, builder.build());
}

}  // namespace

TEST_CASE("yaml is dnstap-read's document, with the whole time and what that tool leaves out") {
    EventBuilder builder;
    const Label labels[] = {{"no", "it's"}};
    builder.event().labels = labels;
    builder.event().http_protocol = HttpProtocol::http2;
    builder.event().policy = {.present = true,
                              .type = "RPZ",
                              .rule = "",
                              .action = PolicyAction::drop,
                              .match = PolicyMatch::qname,
                              .value = "v"};
    builder.zone({"example", "test"});
    CHECK(render(YamlOptions{}, builder.build()) ==
          "type: MESSAGE\n"
          "id: '0123456789abcdef000000000000002a'\n"
          "identity: 'ns1.example'\n"
          "version: 'BIND 9.18'\n"
          "labels:\n"
          "  'no': 'it''s'\n"
          "message:\n"
          "  type: CLIENT_RESPONSE\n"
          "  response_time: !!timestamp 2026-11-20T21:23:42.143733Z\n"
          "  message_size: 34b\n"
          "  socket_family: INET\n"
          "  socket_protocol: UDP\n"
          "  http_protocol: HTTP2\n"
          "  query_address: '198.51.100.7'\n"
          "  response_address: '192.0.2.53'\n"
          "  query_port: 40000\n"
          "  response_port: 53\n"
          "  query_zone: 'example.test.'\n"
          "  policy:\n"
          "    type: 'RPZ'\n"
          "    action: DROP\n"
          "    match: QNAME\n"
          "    value: 'v'\n"
          "  response_message_data:\n"
          "    opcode: QUERY\n"
          "    status: NOERROR\n"
          "    id: 4660\n"
          "    flags: qr rd ra\n"
          "    QUESTION: 1\n"
          "    ANSWER: 0\n"
          "    AUTHORITY: 0\n"
          "    ADDITIONAL: 0\n"
          "    QUESTION_SECTION:\n"
          "      - 'www.example.test. IN A'\n"
          "  response_message: |\n"
          "    ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id:   4660\n"
          "    ;; flags: qr rd ra; QUESTION: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0\n"
          "    ;; QUESTION SECTION:\n"
          "    ;www.example.test.              IN      A\n"
          "    \n"
          "---");
}

TEST_CASE("the layout of dnstap-receiver has its keys in its order") {
    EventBuilder builder;
    CHECK(flat(builder) ==
          "datetime: '2026-11-20T21:23:42.143733+00:00'\n"
          "family: INET\n"
          "id: 4660\n"
          "identity: 'ns1.example'\n"
          "latency: '-'\n"
          "length: 34\n"
          "message: CLIENT_RESPONSE\n"
          "protocol: UDP\n"
          "qname: 'www.example.test.'\n"
          "query-ip: '198.51.100.7'\n"
          "query-port: 40000\n"
          "rcode: NOERROR\n"
          "response-ip: '192.0.2.53'\n"
          "response-port: 53\n"
          "rrtype: 'A'\n"
          "timestamp: 1795209822.143733\n"
          "type: response\n"
          "---");
}

TEST_CASE("what dnstap-receiver does not know is a dash, and each key is always there") {
    EventBuilder builder;
    builder.wire("short").no_question();
    builder.event().query = {};
    builder.event().response = {};
    builder.event().identity = {};
    builder.event().protocol = SocketProtocol::unknown;
    const std::string text = flat(builder);
    for (const std::string key : {"family", "id", "identity", "latency", "protocol", "qname", "query-ip",
                                  "query-port", "rcode", "response-ip", "response-port", "rrtype"}) {
        CAPTURE(key);
        CHECK(holds("\n" + text, "\n" + key + ": '-'\n"));
    }
}

TEST_CASE("a quote in free text is doubled, and nothing else of it means anything to YAML") {
    EventBuilder builder;
    builder.event().identity = "'\n- x: &a !!python/object \\ #";
    const std::string text = render(YamlOptions{}, builder.build());
    CHECK(holds(text, "\nidentity: '''\\010- x: &a !!python/object \\092 #'\n"));
}

TEST_CASE("a type whose name is a word of YAML stands between quotes") {
    EventBuilder builder;
    builder.question({"n", "test"}, 10);
    CHECK(holds(flat(builder), "\nrrtype: 'NULL'\n"));
}

}  // namespace tapferry::test
