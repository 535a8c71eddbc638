#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "encoders/event_class.h"
#include "tests/encoders/cef/cef_reader.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

CefRecord cef_of(const Event& event, const CefOptions& options = {}) {
    return read_cef(render(options, event));
}

// A response with `count` addresses.
void add_answers(EventBuilder& builder, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        builder.answer({"www", "example", "test"}, 1, {'\xC0', '\0', '\2', static_cast<char>(i)});
    }
}

}  // namespace

TEST_CASE("a response is written with the documented keys in the documented order") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    const std::string line = render(CefOptions{}, builder.build());
    const std::string version = line.substr(24, line.find('|', 24) - 24);
    CHECK(
        line ==
        "CEF:0|Tapferry|Tapferry|" + version +
            "|DNS-RESPONSE|DNS Response|1|rt=1795209822143 src=198.51.100.7 spt=40000 dst=192.0.2.53 dpt=53 "
            "proto=UDP "
            "app=DNS destinationDnsDomain=www.example.test outcome=success deviceDirection=0 "
            "dvchost=ns1.example "
            "externalId=0123456789abcdef000000000000002a cat=DNS/response cs1Label=DnsQueryType cs1=A "
            "cs2Label=DnsResponseCode cs2=NOERROR cs3Label=DnsFlags cs3=RD RA cs4Label=DnsAnswers "
            "cs4=www.example.test 300 IN A 192.0.2.11 cs5Label=DnstapType cs5=CLIENT_RESPONSE "
            "cs6Label=DnsTransport "
            "cs6=UDP cn1Label=DnsId cn1=4660 cn2Label=DnsAnswerCount cn2=1 cn3Label=DnsMessageBytes cn3=66");
}

TEST_CASE("a query tells neither outcome nor response code") {
    EventBuilder builder;
    builder.type(MessageType::client_query).flags(0x0100);
    const CefRecord cef = cef_of(builder.build());
    CHECK(cef.header[4] == "DNS-QUERY");
    CHECK(cef["outcome"] == "(absent)");
    CHECK(cef["cs2"] == "(absent)");
    CHECK(cef["cn2"] == "(absent)");
    CHECK(cef["cs3"] == "RD");
    CHECK(cef["cat"] == "DNS/query");
}

TEST_CASE("NXDOMAIN is an answer, SERVFAIL a failure of higher severity") {
    EventBuilder builder;
    const CefRecord nxdomain = cef_of(builder.rcode(3).build());
    CHECK(nxdomain["outcome"] == "success");
    CHECK(nxdomain["reason"] == "NXDOMAIN");
    CHECK(nxdomain.header[6] == "1");
    const CefRecord servfail = cef_of(builder.rcode(2).build());
    CHECK(servfail["outcome"] == "failure");
    CHECK(servfail["reason"] == "SERVFAIL");
    CHECK(servfail.header[6] == "3");
}

TEST_CASE("each sort of event has its class") {
    const auto class_of = [](auto change) {
        EventBuilder builder;
        change(builder);
        return std::string(event_class(builder.build()).id);
    };
    CHECK(class_of([](EventBuilder& b) { b.type(MessageType::auth_query); }) == "DNS-QUERY");
    CHECK(class_of([](EventBuilder& b) { b.type(MessageType::tool_response); }) == "DNS-RESPONSE");
    CHECK(class_of([](EventBuilder& b) { b.type(MessageType::resolver_query); }) == "DNS-UPSTREAM-QUERY");
    CHECK(class_of([](EventBuilder& b) { b.type(MessageType::forwarder_response); }) ==
          "DNS-UPSTREAM-RESPONSE");
    CHECK(class_of([](EventBuilder& b) { b.type(MessageType::update_query); }) == "DNS-UPDATE");
    CHECK(class_of([](EventBuilder& b) { b.event().policy.present = true; }) == "DNS-POLICY");
    CHECK(class_of([](EventBuilder& b) { b.event().kind = EventKind::new_domain; }) == "DNS-NEWDOMAIN");
    CHECK(class_of([](EventBuilder& b) { b.wire("short"); }) == "DNS-MALFORMED");
}

TEST_CASE("no byte of an event stands in the header") {
    EventBuilder builder;
    builder.event().identity = "ID|ENT";
    builder.event().version = "VERS|ION";
    builder.question({"Q|NAME", "test"});
    const CefRecord cef = cef_of(builder.build());
    CHECK(cef.header[1] == "Tapferry");
    CHECK(cef.header[2] == "Tapferry");
    CHECK(cef.header[5] == "DNS Response");
    CHECK(cef.extension.front().first == "rt");
}

TEST_CASE("vendor and product can be set, and are escaped") {
    EventBuilder builder;
    CefOptions options;
    options.vendor = "A|B\\C=D";
    options.product = "Sensor";
    const std::string line = render(options, builder.build());
    CHECK(line.starts_with("CEF:0|A\\|B\\\\C=D|Sensor|"));
    CHECK(read_cef(line).header[2] == "Sensor");
}

TEST_CASE("IPv6 addresses stand inline or in ArcSight's keys") {
    EventBuilder builder;
    builder.event().query.address = {{0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 16};
    const Event& event = builder.build();
    CHECK(cef_of(event)["src"] == "2001:db8::1");
    const CefRecord c6a = cef_of(event, {.ipv6 = CefOptions::Ipv6::c6a});
    CHECK(c6a["src"] == "(absent)");
    CHECK(c6a["c6a2"] == "2001:db8::1");
    CHECK(c6a["c6a2Label"] == "Source IPv6 Address");
    CHECK(c6a["dst"] == "192.0.2.53");
}

TEST_CASE("what is not known is left out") {
    EventBuilder builder;
    builder.event().query = {};
    builder.event().response = {};
    builder.event().protocol = SocketProtocol::unknown;
    builder.event().identity = {};
    const CefRecord cef = cef_of(builder.build());
    for (const char* key :
         {"src", "spt", "dst", "dpt", "proto", "dvchost", "cs6", "cs6Label", "cfp1", "flexString1"}) {
        CAPTURE(key);
        CHECK(cef[key] == "(absent)");
    }
}

TEST_CASE("latency is told in milliseconds when both times are known and differ") {
    EventBuilder builder;
    builder.event().query_time = Timestamp{1'795'209'822, 142'999'000};
    CHECK(cef_of(builder.build())["cfp1"] == "0.734");
    builder.event().query_time = builder.event().response_time;
    CHECK(cef_of(builder.build())["cfp1"] == "(absent)");
    builder.event().query_time = Timestamp{1'795'209'823, 0};
    CHECK(cef_of(builder.build())["cfp1"] == "(absent)");
}

TEST_CASE("a name over 255 characters keeps its last labels, and the whole one is in dhost") {
    EventBuilder builder;
    builder.question({std::string(60, '\x01'), std::string(50, 'b'), "example", "test"});
    const CefRecord cef = cef_of(builder.build());
    CHECK(cef["destinationDnsDomain"] == std::string(50, 'b') + ".example.test");
    CHECK(cef["dhost"].size() == 60 * 4 + 1 + 50 + 13);
    CHECK(cef["flexString1"] == "destinationDnsDomain");
    CHECK(cef["flexString1Label"] == "Truncated");
}

TEST_CASE("an identity over 100 characters is cut between escapes") {
    EventBuilder builder;
    const std::string identity = std::string(98, 'i') + "\n and more";
    builder.event().identity = identity;
    const CefRecord cef = cef_of(builder.build());
    CHECK(cef["dvchost"] == std::string(98, 'i'));
    CHECK(cef["flexString1"] == "dvchost");
}

TEST_CASE("a space at either end of a value is written as an escape, since receivers do not keep it") {
    EventBuilder builder;
    const auto host = [&](std::string_view identity) {
        builder.event().identity = identity;
        return cef_of(builder.build())["dvchost"];
    };
    CHECK(host(" a b ") == "\\032a b\\032");
    CHECK(host("  a  ") == "\\032 a \\032");
    CHECK(host(" ") == "\\032");
    CHECK(host("  ") == "\\032\\032");
    CHECK(host(std::string(97, 'i') + "  " + std::string(9, 'j')) == std::string(97, 'i') + "  j");
    CHECK(host(std::string(98, 'i') + "  " + std::string(9, 'j')) == std::string(98, 'i'));
    builder.event().identity = {};
    const Label labels[] = {{"site", " x "}};
    builder.event().labels = labels;
    CHECK(cef_of(builder.build())["TapferryLabelSite"] == "\\032x\\032");
}

TEST_CASE("answers keep within 4,000 characters before escaping, whole ones only") {
    EventBuilder builder;
    for (int i = 0; i < 30; ++i) builder.answer({"t", "test"}, 16, character_string(std::string(200, '=')));
    const CefRecord cef = cef_of(builder.build());
    CHECK(cef["cs4"].size() <= 4000);
    CHECK(cef["cs4"].size() > 3700);
    CHECK(cef["cs4"].ends_with("=\""));
    CHECK(cef["cn2"] == "30");
    CHECK(cef["flexString1"] == "cs4");
}

TEST_CASE("a record that is too long loses answers from the last on, and says so") {
    EventBuilder builder;
    add_answers(builder, 40);
    const Event& event = builder.build();
    const std::string whole = render(CefOptions{}, event);
    REQUIRE(whole.size() > 1600);
    std::size_t shortest = whole.size();
    for (std::size_t max = 1024; max <= whole.size(); ++max) {
        const std::string line = render(CefOptions{.max_bytes = max}, event);
        REQUIRE(line.size() <= max);
        const CefRecord cef = read_cef(line);
        CHECK(cef["cs3"] == "RD RA");
        CHECK(cef["cn2"] == "40");
        CHECK((cef["flexString1"] == "cs4") == (line.size() < whole.size()));
        if (cef["cs4"] != "(absent)") CHECK(read_cef(whole)["cs4"].starts_with(cef["cs4"]));
        shortest = std::min(shortest, line.size());
    }
    CHECK(shortest > 900);
    CHECK(render(CefOptions{.max_bytes = whole.size()}, event) == whole);
}

TEST_CASE("then the flags go, then all but what identifies the event, in this order") {
    EventBuilder builder;
    builder.question(
        {std::string(60, '\x01'), std::string(60, '\x02'), std::string(60, '\x03'), "example", "test"});
    builder.answer({"t", "test"}, 16, character_string(std::string(200, 'x')));
    const Event& event = builder.build();
    std::string seen;
    std::string last;
    for (std::size_t max = render(CefOptions{}, event).size(); max > 700; --max) {
        const std::string line = render(CefOptions{.max_bytes = max}, event);
        if (line.starts_with("invalid")) break;
        const CefRecord cef = read_cef(line);
        REQUIRE(line.size() <= max);
        for (const char* key :
             {"rt", "src", "dst", "destinationDnsDomain", "externalId", "cs1", "cs2", "cs5"}) {
            CAPTURE(key);
            CHECK(cef[key] != "(absent)");
        }
        if (cef["flexString1"] != last) seen += "/" + (last = cef["flexString1"]);
    }
    CHECK(seen ==
          "/destinationDnsDomain/destinationDnsDomain,cs4/destinationDnsDomain,cs3,cs4/"
          "destinationDnsDomain,dhost,cs3,cs4/"
          "destinationDnsDomain,dhost,cs3,cs4,others");
}

TEST_CASE("a record that cannot be made short enough is refused, not cut") {
    EventBuilder builder;
    CHECK(render(CefOptions{.max_bytes = 100}, builder.build()).starts_with("invalid: CEF:0|"));
}

TEST_CASE("the envelope counts towards max_bytes") {
    EventBuilder builder;
    add_answers(builder, 40);
    const Event& event = builder.build();
    const auto header = make_syslog_header({});
    const auto encoder = make_encoder(CefOptions{.max_bytes = 1400});
    RecordBuffer records(Framing::octet_counting, header.get());
    encoder->encode(event, records);
    CHECK(records.records()[0].length <= 1400);
    CHECK(records.records()[0].length > 1300);
    CHECK_FALSE(records.records()[0].invalid);
}

TEST_CASE("what stages add to an event has keys of its own in CEF, behind the dictionary's") {
    EventBuilder builder;
    Event& event = builder.event();
    event.registered_domain = "example.test";
    event.query_place = {
        .country = "DE", .city = "Frankfurt", .as_number = 64500, .as_organization = "A; B=C"};
    event.response_place.as_number = 64501;
    event.sample_rate = 0.125;
    const Label labels[] = {{"rack_row", "7"}, {"site", "fra1;a=b\n"}};
    event.labels = labels;
    const std::string line = render(CefOptions{}, builder.build());
    const CefRecord cef = read_cef(line);
    CHECK(cef["cfp2Label"] == "SampleRate");
    CHECK(cef["cfp2"] == "0.125");
    CHECK(line.ends_with(
        " cfp2Label=SampleRate cfp2=0.125 TapferryRegisteredDomain=example.test TapferrySourceCountry=DE "
        "TapferrySourceCity=Frankfurt TapferrySourceAsNumber=64500 TapferrySourceAsOrganization=A\\\\059 "
        "B\\=C "
        "TapferryDestinationAsNumber=64501 TapferryLabelRackRow=7 "
        "TapferryLabelSite=fra1\\\\059a\\=b\\\\010"));
}

TEST_CASE("what a response policy did is told in CEF, and forges no pair") {
    EventBuilder builder;
    builder.event().policy = {.present = true,
                              .type = "RPZ",
                              .rule = "bad.test",
                              .action = PolicyAction::nxdomain,
                              .match = PolicyMatch::qname,
                              .value = "x; src=6.6.6.6"};
    const std::string line = render(CefOptions{}, builder.build());
    CHECK(
        line.ends_with(" TapferryPolicyType=RPZ TapferryPolicyRule=bad.test TapferryPolicyMatch=QNAME "
                       "TapferryPolicyValue=x\\\\059 src\\=6.6.6.6"));
    CHECK(read_cef(line)["src"] == "198.51.100.7");
}

TEST_CASE("labels whose names give one key are written once, whatever their values hold") {
    EventBuilder builder;
    const Label labels[] = {
        {"a", " TapferryLabelSite=x"}, {"rackRow", "1"}, {"rack_row", "2"}, {"site", "3"}};
    builder.event().labels = labels;
    const CefRecord cef = cef_of(builder.build());
    CHECK(cef["TapferryLabelRackRow"] == "1");
    CHECK(cef["TapferryLabelSite"] == "3");
}

TEST_CASE("an unanswered query is a failure of its own class") {
    EventBuilder builder;
    builder.type(MessageType::client_query).flags(0x0100);
    builder.event().kind = EventKind::unanswered;
    const CefRecord cef = cef_of(builder.build());
    CHECK(cef.header[4] == "DNS-UNANSWERED");
    CHECK(cef.header[6] == "3");
    CHECK(cef["outcome"] == "failure");
    CHECK(cef["reason"] == "UNANSWERED");
    CHECK(cef["cat"] == "DNS/query");
}

TEST_CASE("with one event each, every answer is an event of its own, numbered from 1") {
    EventBuilder builder;
    add_answers(builder, 3);
    const auto lines =
        render_all(CefOptions{.answers = CefOptions::Answers::one_event_each}, builder.build());
    REQUIRE(lines.size() == 3);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const CefRecord cef = read_cef(lines[i]);
        CHECK(cef["cs4"] == "www.example.test 300 IN A 192.0.2." + std::to_string(i));
        CHECK(cef["flexNumber1Label"] == "DnsAnswerIndex");
        CHECK(cef["flexNumber1"] == std::to_string(i + 1));
        CHECK(cef["cn2"] == "3");
        CHECK(cef["externalId"] == "0123456789abcdef000000000000002a");
        CHECK(cef["flexString1"] == "(absent)");
    }
}

TEST_CASE("with one event each, an event without answers is one event as always") {
    const CefOptions each{.answers = CefOptions::Answers::one_event_each};
    EventBuilder builder;
    CHECK(render_all(each, builder.build()) == render_all(CefOptions{}, builder.build()));
    builder.type(MessageType::client_query);
    CHECK(render_all(each, builder.build()) == render_all(CefOptions{}, builder.build()));
}

TEST_CASE("with one event each, 64 answers are written and the last one tells of the others") {
    EventBuilder builder;
    add_answers(builder, 70);
    const auto lines =
        render_all(CefOptions{.answers = CefOptions::Answers::one_event_each}, builder.build());
    REQUIRE(lines.size() == 64);
    CHECK(read_cef(lines[62])["flexString1"] == "(absent)");
    CHECK(read_cef(lines[63])["flexString1"] == "cs4");
    CHECK(read_cef(lines[63])["cn2"] == "70");
}

TEST_CASE("what a record lacks is counted by field") {
    EventBuilder builder;
    add_answers(builder, 40);
    const auto encoder = make_encoder(CefOptions{.max_bytes = 1024});
    RecordBuffer records;
    encoder->encode(builder.build(), records);
    EventBuilder small;
    encoder->encode(small.build(), records);
    CutCounts expected{};
    expected[static_cast<std::size_t>(CutField::answers)] = 1;
    CHECK(records.cut_counts() == expected);
    records.clear();
    CHECK(records.cut_counts() == CutCounts{});
}

}  // namespace tapferry::test
