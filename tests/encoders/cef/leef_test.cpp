#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/cef/leef_reader.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

std::string line_of(const Event& event, const LeefOptions& options = {}) {
    const auto encoder = make_encoder(options);
    RecordBuffer records(Framing::none, nullptr, encoder->text());
    encoder->encode(event, records);
    const Record& record = records.records().front();
    return (record.invalid ? "invalid: " : "") + std::string(records.content(record));
}

LeefRecord leef_of(const Event& event, const LeefOptions& options = {}) {
    return read_leef(line_of(event, options));
}

}  // namespace

TEST_CASE("a response is written with LEEF's keys first, then ours, in the documented order") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    const std::string line = line_of(builder.build());
    CHECK(line.starts_with("LEEF:2.0|Tapferry|Tapferry|"));
    CHECK(line.substr(line.find("|DNS-")) ==
          "|DNS-RESPONSE|x09|cat=DNS/response\tdevTime=Nov 20 2026 21:23:42.143 UTC\t"
          "devTimeFormat=MMM dd yyyy HH:mm:ss.SSS z\tproto=UDP\tsev=1\tsrc=198.51.100.7\tdst=192.0.2.53\t"
          "srcPort=40000\tdstPort=53\tdomain=www.example.test\tid=0123456789abcdef000000000000002a\t"
          "type=CLIENT_RESPONSE\tidentity=ns1.example\tqueryType=A\tqueryClass=IN\tresponseCode=NOERROR\t"
          "flags=RD RA\tanswers=www.example.test 300 IN A 192.0.2.11\tanswerCount=1\tdnsId=4660\t"
          "transport=UDP\tmessageBytes=66");
}

TEST_CASE("LEEF's severity goes from 1 to 10, and follows the configured one") {
    EventBuilder builder;
    CHECK(leef_of(builder.build())["sev"] == "1");
    builder.type(MessageType::resolver_query);
    CHECK(leef_of(builder.build())["sev"] == "1");
    LeefOptions options;
    REQUIRE(options.severities.set("DNS-UPSTREAM-QUERY", 10));
    CHECK(leef_of(builder.build(), options)["sev"] == "10");
}

TEST_CASE("nothing in a name, a policy, an identity or a label can end a LEEF value") {
    EventBuilder builder;
    const std::string bytes = "a\tsev=10\n|b=\x7F";
    builder.question({bytes, "test"}).answer({bytes, "test"}, 16, character_string(bytes));
    builder.event().identity = bytes;
    builder.event().policy.present = true;
    builder.event().policy.rule = bytes;
    const Label labels[] = {{"site", bytes}, {"zone_2", "x=y"}};
    builder.event().labels = labels;
    const LeefRecord leef = leef_of(builder.build());
    CHECK(leef["sev"] == "6");
    CHECK(leef["domain"] == "a\\009sev\\06110\\010\\124b\\061\\127.test");
    CHECK(leef["identity"] == "a\\009sev=10\\010|b=\\127");
    CHECK(leef["policy"] == "a\\009sev=10\\010|b=\\127");
    CHECK(leef["label_site"] == "a\\009sev=10\\010|b=\\127");
    CHECK(leef["label_zone_2"] == "x=y");
    CHECK(leef["answers"].ends_with("TXT \"a\\009sev=10\\010\\124b=\\127\""));
}

TEST_CASE("what stages add to an event has keys of its own in LEEF") {
    EventBuilder builder;
    Event& event = builder.event();
    event.registered_domain = "example.test";
    event.query_place = {
        .country = "DE", .city = "Frankfurt", .as_number = 64500, .as_organization = "A; B=C"};
    event.response_place.as_number = 64501;
    event.sample_rate = 0.125;
    event.query_time = Timestamp{1'795'209'822, 142'999'000};
    const LeefRecord leef = leef_of(builder.build());
    CHECK(leef["registeredDomain"] == "example.test");
    CHECK(leef["srcCountry"] == "DE");
    CHECK(leef["srcCity"] == "Frankfurt");
    CHECK(leef["srcAsNumber"] == "64500");
    CHECK(leef["srcAsOrganization"] == "A; B=C");
    CHECK(leef["dstAsNumber"] == "64501");
    CHECK(leef["dstCountry"] == "(absent)");
    CHECK(leef["sampleRate"] == "0.125");
    CHECK(leef["latencyMs"] == "0.734");
}

TEST_CASE("an unanswered query and a malformed message say in LEEF why there is no answer") {
    EventBuilder unanswered;
    unanswered.type(MessageType::client_query).flags(0x0100);
    unanswered.event().kind = EventKind::unanswered;
    CHECK(leef_of(unanswered.build()).header[4] == "DNS-UNANSWERED");
    CHECK(leef_of(unanswered.build())["reason"] == "unanswered");
    EventBuilder malformed;
    malformed.wire("short");
    CHECK(leef_of(malformed.build())["reason"] == "truncated header");
}

TEST_CASE("vendor and product stand in LEEF's header, which nothing in them can end") {
    EventBuilder builder;
    const LeefRecord leef = leef_of(builder.build(), {.vendor = "A|B\t", .product = "Sensor"});
    CHECK(leef.header[1] == "A\\124B\\009");
    CHECK(leef.header[2] == "Sensor");
}

TEST_CASE("a LEEF record with the longest name there is fits into 1,024 bytes, with the name's last labels") {
    EventBuilder builder;
    builder.question({std::string(63, '\x01'), std::string(63, '\x02'), std::string(63, '\x03'),
                      std::string(40, '\x04'), "example", "test"});
    const std::string line = line_of(builder.build(), {.max_bytes = 1024});
    REQUIRE(line.size() <= 1024);
    const LeefRecord leef = read_leef(line);
    CHECK(leef["domain"].ends_with("\\004\\004.example.test"));
    CHECK(leef["domain"].size() <= 255);
    CHECK(leef["truncated"] == "domain,flags");
    CHECK(leef_of(builder.build())["domain"].size() > 900);
}

TEST_CASE("a LEEF record that is too long loses answers, flags, then what does not identify the event") {
    EventBuilder builder;
    builder.question({std::string(60, '\x01'), "example", "test"});
    for (int i = 0; i < 30; ++i) builder.answer({"t", "test"}, 16, character_string(std::string(100, 'x')));
    const Event& event = builder.build();
    const std::string whole = line_of(event);
    std::string seen;
    std::string last = "(absent)";
    for (std::size_t max = whole.size(); max > 500; max -= 7) {
        const std::string line = line_of(event, {.max_bytes = max});
        if (line.starts_with("invalid")) break;
        REQUIRE(line.size() <= max);
        const LeefRecord leef = read_leef(line);
        for (const char* key :
             {"devTime", "src", "dst", "domain", "id", "type", "queryType", "responseCode"}) {
            CAPTURE(key);
            CHECK(leef[key] != "(absent)");
        }
        if (leef["truncated"] != last) seen += "/" + (last = leef["truncated"]);
    }
    CHECK(seen == "/answers/flags,answers/flags,answers,others");
}

}  // namespace tapferry::test
