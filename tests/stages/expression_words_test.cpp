#include "agent/stages/expression.h"

#include <doctest/doctest.h>

#include "proto/malformed.h"
#include "tests/stages/written_expression.h"

namespace tapferry {
namespace {

using namespace test;

TEST_CASE("words of a fixed set are taken in any case, and a word that no event can have is refused") {
    EventBuilder builder = response();
    builder.event().kind = EventKind::unanswered;
    builder.event().policy = {true, "RPZ", "bad.test", PolicyAction::nxdomain, PolicyMatch::client_ip, ""};
    builder.event().time_source = TimeSource::agent;
    Event event = builder.build();
    event.dns.has_edns = event.dns.edns.dnssec_ok = true;
    for (const std::string_view text : {"family == \"inet\"",
                                        "family == \"INET\"",
                                        "family != \"inet6\"",
                                        "short_type == \"cr\"",
                                        "flags == \"rd\"",
                                        "rd == \"rd\"",
                                        "rd == true",
                                        "tc == false",
                                        "tc != \"TC\"",
                                        "not tc",
                                        "edns.do == true",
                                        "do == \"DO\"",
                                        "answer_type == \"a\"",
                                        "answer_types == \"cname\"",
                                        "answer_types in [\"txt\", \"TYPE15\"]",
                                        "kind == \"Unanswered\"",
                                        "policy_action == \"nxdomain\"",
                                        "policy.match == \"client_ip\"",
                                        "time_source == \"Agent\"",
                                        "arrow == \"<-\"",
                                        "type contains \"client\"",
                                        "rcode starts_with \"nx\"",
                                        "rcode matches \"^nx\"",
                                        "rcode ends_with \"Domain\""}) {
        CAPTURE(text);
        CHECK(holds(text, event));
    }
    const std::pair<std::string_view, std::string_view> faults[] = {
        {"family == \"ipv6\"", "column 11: \"ipv6\" is not one of \"INET\" and \"INET6\""},
        {"short_type == \"XX\"", "column 15: \"XX\" is not a dnstap message type"},
        {"flags == \"DO\"", "column 10: \"DO\" is not one of QR, AA, TC, RD, RA, AD and CD"},
        {"flags in [\"RD\", \"X\"]", "column 17: \"X\" is not one of QR"},
        {"tc == \"yes\"", "column 7: \"yes\" is not the flag's name, \"true\" or \"false\""},
        {"answer_type == \"AAAAA\"", "column 16: \"AAAAA\" is not a record type"},
        {"answer_types == \"AAAAA\"", "column 17: \"AAAAA\" is not a record type"},
        {"kind == \"broken\"", "column 9: \"broken\" is not one of new_domain, malformed and unanswered"},
        {"policy_action == \"BLOCK\"", "column 18: \"BLOCK\" is not one of NXDOMAIN, NODATA"},
        {"policy_match == \"X\"", "column 17: \"X\" is not one of QNAME, CLIENT_IP"},
        {"time_source == \"server\"", "column 16: \"server\" is not \"agent\""},
        {"arrow == \"=\"", "column 10: \"=\" is not one of \"->\" and \"<-\""},
        {"protocol == \"QUIC\"", "column 13: \"QUIC\" is not one of UDP, TCP"},
        {"opcode == \"ASK\"", "column 11: \"ASK\" is not an opcode"},
        {"clipped contains \"t\"", "column 9: \"contains\" does not go with clipped, which is true or false"},
        {"clipped == \"yes\"", "column 12: \"yes\" is not one of \"true\" and \"false\""},
        {"qname == true", "column 10: texts are written in quotes: \"true\""},
    };
    for (const auto& [text, fault] : faults) {
        const std::string told = fault_of(text);
        CAPTURE(told);
        CHECK(told.starts_with(fault));
    }
}

TEST_CASE("an extended error is asked for by its code or its name, and by what the server adds to it") {
    EventBuilder builder;
    Event event = builder.build();
    event.dns.has_edns = true;
    event.dns.edns.errors = {{14, "Zone is configured"}, {3, ""}};
    for (const std::string_view text :
         {"ede == 14", "ede == \"14\"", "ede == \"not ready\"", "ede in [20, \"Stale Answer\"]", "ede != 15",
          "edns.ede.code == 3", "ede", "ede contains \"Zone\"", "ede starts_with \"14:\"",
          "ede_text == \"Zone is configured\"", "edns.ede.text contains \"configured\"", "not ede == 20"}) {
        CAPTURE(text);
        CHECK(holds(text, event));
    }
    CHECK(!holds("ede == 20", event));
    CHECK(!holds("ede != 14", event));
    CHECK(!holds("ede != 14", builder.build()));
    CHECK(fault_of("ede == \"14:Zone is configured\"")
              .starts_with("column 8: \"14:Zone is configured\" is not the code of an extended error"));
    CHECK(fault_of("ede == 1.5").starts_with("column 8: \"1.5\" is not the code"));
    CHECK(fault_of("ede > 3").find("which is a list of codes; use ==, != or in") != std::string::npos);
}

TEST_CASE("the words of the grammar may stand in any case, and names of fields may not") {
    EventBuilder builder = response();
    const Event& event = builder.build();
    CHECK(holds("qtype == \"AAAA\" AND NOT (rcode IN [\"NOERROR\"] Or qname CONTAINS \"zz\")", event));
    CHECK(holds("qname Exists and qname Ends_With \"test\" and tc == FALSE", event));
    CHECK(fault_of("QNAME exists").starts_with("column 1: there is no field \"QNAME\""));
}

TEST_CASE("one label is asked for by its name") {
    const Label labels[] = {{"list", "malware,own"}, {"site", "fra1"}, {"void", ""}};
    EventBuilder builder;
    Event event = builder.build();
    CHECK(!holds("labels.site", event));
    event.labels = labels;
    for (const std::string_view text :
         {"labels.site", "labels.site exists", "labels.site == \"fra1\"", "labels.site in [\"a\", \"fra1\"]",
          "labels.site != \"ams\"", "labels.list contains \"own\"", "labels.list matches \"^mal\"",
          "not labels.void", "not labels.other", "labels == \"site=fra1\""}) {
        CAPTURE(text);
        CHECK(holds(text, event));
    }
    for (const std::string_view text : {"labels.site == \"fra\"", "labels.sit", "labels.other != \"fra1\"",
                                        "labels.site != \"fra1\"", "labels.site == \"FRA1\""}) {
        CAPTURE(text);
        CHECK(!holds(text, event));
    }
    CHECK(fault_of("labels.site > \"a\"").starts_with("column 13: \">\" does not go with labels.site"));
    CHECK(std::get<Expression>(parse_expression("labels.site")).asks_for("labels"));
}

TEST_CASE("a label that no event can have is refused where the labels are known") {
    const std::vector<std::string> known{"list", "rack", "site"};
    const std::vector<std::string> none;
    const auto fault = [](std::string_view text, const std::vector<std::string>& labels) {
        const auto parsed = parse_expression(text, &labels);
        const auto* found = std::get_if<ExpressionFault>(&parsed);
        return found == nullptr ? "" : to_line(*found);
    };
    CHECK(fault("labels.site == \"a\" and not labels.list and labels", known) == "");
    CHECK(fault("qname and labels.sit", known) ==
          "column 11: there is no label \"sit\", only \"list\", \"rack\" and \"site\"");
    CHECK(fault("labels.sit", {"site"}) == "column 1: there is no label \"sit\", only \"site\"");
    CHECK(fault("labels.site == \"a\"", none) ==
          "column 1: there is no label \"site\": none is set, by labels or match_lists of a destination");
    CHECK(fault_of("labels.sit") == "");
}

TEST_CASE("why a message is malformed is one of the reasons there are, in any case") {
    EventBuilder builder = response();
    Event event = builder.build();
    CHECK(!holds("malformed == \"name too long\"", event));
    event.dns.malformed = dns::malformed_reason("name too long");
    CHECK(holds("malformed == \"Name TOO long\" and malformed in [\"RDATA breaks off\", \"name too long\"]",
                event));
    CHECK(
        holds("malformed != \"RDATA breaks off\" and malformed starts_with \"name \" and malformed", event));
    const std::string told = fault_of("malformed == \"name to long\"");
    CHECK(told.starts_with("column 14: \"name to long\" is not one of \"truncated header\", "));
    for (const std::string reason : dns::malformed_reasons) {
        CAPTURE(reason);
        CHECK(fault_of("malformed == \"" + reason + "\"") == "");
        CHECK(told.find('"' + reason + '"') != std::string::npos);
    }
}

TEST_CASE(
    "the names that json has one inside the other are taken where they mean the same, and else put right") {
    for (const std::string_view text :
         {"edns.do", "edns.version == 0", "edns.udp_size > 1", "edns.nsid == \"a\"", "edns.ede",
          "edns.cookie_length == 8", "edns.padding_length > 100", "edns.client_subnet in \"10.0.0.0/8\"",
          "policy.action == \"PASS\"", "policy.rule", "answers.type == \"A\"",
          "answers.data ends_with \"test\""}) {
        CAPTURE(text);
        CHECK(fault_of(text).empty());
    }
    const std::pair<std::string_view, std::string_view> meant[] = {
        {"answers.ttl", "answer_ttl"}, {"edns", "edns_version"},  {"QNAME", "qname"},
        {"client_ip", "src"},          {"transport", "protocol"}, {"qnmae", "qname"},
        {"latancy", "latency"},        {"port", "src_port"},      {"policy", "policy_type"}};
    for (const auto& [word, field] : meant)
        CHECK(fault_of(word) == "column 1: there is no field \"" + std::string(word) + "\"; did you mean \"" +
                                    std::string(field) + "\"?");
    for (const std::string_view word : {"foo", "weather", "x", "edns.cookie"})
        CHECK(fault_of(word) == "column 1: there is no field \"" + std::string(word) +
                                    "\"; tapferry-filter(7) and the help of decode list them");
}

TEST_CASE("a fault names its column, and what would be right") {
    const std::pair<std::string_view, std::string_view> faults[] = {
        {"", "column 1: a field is missing here"},
        {"rcdoe == \"NOERROR\"", "column 1: there is no field \"rcdoe\"; did you mean \"rcode\"?"},
        {"rcode = \"NOERROR\"", "column 7: \"=\" is not a comparison; write \"==\""},
        {"rcode == NOERROR", "column 10: texts are written in quotes: \"NOERROR\""},
        {"rcode == \"NXDOMIAN\"", "column 10: \"NXDOMIAN\" is not a response code such as \"NXDOMAIN\""},
        {"rcode == 1.5", "column 10: \"1.5\" is not a response code such as \"NXDOMAIN\""},
        {"rcode > \"NOERROR\"", "column 7: \">\" does not go with rcode, which is a text; use ==, != or in"},
        {"qname and && rcode", "column 11: write \"and\""},
        {"qname == \"a", "column 10: the text that begins here has no closing \""},
        {"qname == \"b\303\274cher.de\"", "column 10: texts of events are printable ASCII"},
        {"qname == \"\"", "column 10: an empty text"},
        {"qname == \"a..b\"", "column 10: \"a..b\" is not a domain name"},
        {"qname matches \"(\"", "column 15: this is not a regular expression: missing ): ("},
        {"qname == [\"a\"]", "column 10: a list goes with \"in\" only"},
        {"qname in [\"a\" \"b\"]", "column 15: here \",\" or \"]\" is missing"},
        {"qname in []", "column 11: a value is missing here"},
        {"qname < \"a\"", "column 7: \"<\" does not go with qname, which is a text; use"},
        {"bytes == \"12\"", "column 10: bytes is compared with a number, without quotes"},
        {"bytes contains \"1\"", "column 7: \"contains\" does not go with bytes, which is a number"},
        {"time > 5", "column 8: time is compared with a time in quotes"},
        {"time > \"2026-02-30\"", "column 8: time is compared with a time in quotes"},
        {"src == \"10.0.0.0/8\"", "column 8: src is compared with an address"},
        {"src in \"10.0.0.0/33\"", "column 8: src is compared with networks"},
        {"src matches \"^10\"", "column 5: \"matches\" does not go with src, which is an address"},
        {"(qname", "column 7: \")\" is missing here"},
        {"qname)", "column 6: \"and\", \"or\" or the end is expected here"},
        {"qname not == \"a\"", "column 11: \"not\" goes before the field"},
        {"\"a\" == qname", "column 1: a value stands where a field is expected"},
        {"qname\nand foo", "line 2, column 5: there is no field \"foo\""},
    };
    for (const auto& [text, fault] : faults) {
        const std::string told = fault_of(text);
        const std::string expected(fault);
        CAPTURE(told);
        CHECK(told.substr(0, expected.size()) == expected);
    }
}

TEST_CASE("a caret points at the column, in the line that has it") {
    const std::string_view text = "qname == '\303\274'\n and foo";
    CHECK(with_caret(text, {2, 6, ""}) == " and foo\n     ^");
    CHECK(with_caret("a\tb\x1B[0m", {1, 3, ""}) == "a b [0m\n  ^");
}

TEST_CASE("nesting and length have bounds, and what is within them is answered") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '(') + "qname" + std::string(depth, ')');
    };
    EventBuilder builder;
    const Event& event = builder.build();
    CHECK(holds(nested(64), event));
    CHECK(fault_of(nested(65)) == "column 65: nested too deep");
    CHECK(fault_of(std::string(100'000, '(')).size() > 0);
    std::string nots;
    for (int i = 0; i < 5'000; ++i) nots += "not ";
    CHECK(fault_of(nots + "qname").size() > 0);
    std::string chain = "src_port == 1";
    while (chain.size() < 16'000) chain += " or src_port == 2";
    CHECK(!holds(chain, event));
    CHECK(holds(chain + " or qname", event));
    CHECK(fault_of(std::string(16 * 1024 + 1, ' ')) == "column 1: is longer than 16 KiB");
}

TEST_CASE("no bytes make the parser do anything but answer") {
    const std::string_view pieces[] = {"qname",   "rcode", "src",   "answers", "time",   "==",   "in",
                                       "matches", "not",   "and",   "or",      "(",      ")",    "[",
                                       "]",       ",",     "\"a\"", "'*'",     "1",      "-2e9", "\xFF",
                                       "\"",      "<",     "!=",    "\0x",     "exists", "\n"};
    int sound = 0;
    int faulty = 0;
    std::uint64_t state = 42;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (std::uint64_t left = (state >> 40) % 9; left > 0; --left) {
            state = state * 6364136223846793005 + 1442695040888963407;
            text +=
                std::string(pieces[(state >> 33) % std::size(pieces)]) + ((state >> 20) % 3 != 0 ? " " : "");
        }
        state = state * 6364136223846793005 + 1;
        const auto answer = parse_expression(text);
        const auto* fault = std::get_if<ExpressionFault>(&answer);
        ++(fault == nullptr ? sound : faulty);
        if (fault != nullptr) {
            REQUIRE_FALSE(fault->text.empty());
            REQUIRE((fault->column >= 1 && fault->column <= text.size() + 1));
        }
    }
    CHECK(sound > 100);
    CHECK(faulty > 10'000);
}

}  // namespace
}  // namespace tapferry
