// The profile of CEF that content for Infoblox's DNS events reads.
#include <doctest/doctest.h>

#include <string>

#include "tests/encoders/cef/cef_reader.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);
const CefOptions infoblox{.profile = CefOptions::Profile::infoblox};

std::string behind_version(const std::string& line) {
    const std::size_t at = line.find("|DNS ");
    return at == std::string::npos ? line : line.substr(at);
}

}  // namespace

TEST_CASE("a response has Infoblox's keys in Infoblox's order, and behind them what those do not have") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    const std::string line = render(infoblox, builder.build());
    CHECK(line.starts_with("CEF:0|Tapferry|Tapferry|"));
    CHECK(behind_version(line) ==
          "|DNS Response|DNS Response IN A NOERROR|1|dst=192.0.2.53 src=198.51.100.7 spt=40000 proto=UDP "
          "app=DNS destinationDnsDomain=www.example.test InfobloxDNSQClass=IN InfobloxDNSQType=A "
          "InfobloxDNSQFlags=+ InfobloxDNSRCode=NOERROR msg=\"www.example.test. 300 IN A 192.0.2.11\" "
          "InfobloxAnCount=1 InfobloxNsCount=0 InfobloxArCount=0 rt=1795209822143 dpt=53 deviceDirection=0 "
          "dvchost=ns1.example externalId=0123456789abcdef000000000000002a cat=DNS/response "
          "cs5Label=DnstapType cs5=CLIENT_RESPONSE");
}

TEST_CASE("a query has neither response code nor message") {
    EventBuilder builder;
    builder.type(MessageType::client_query).flags(0x0100);
    const std::string line = render(infoblox, builder.build());
    CHECK(behind_version(line).starts_with(
        "|DNS Query|DNS Query IN A|1|dst=192.0.2.53 src=198.51.100.7 spt=40000 proto=UDP app=DNS "
        "destinationDnsDomain=www.example.test InfobloxDNSQClass=IN InfobloxDNSQType=A InfobloxDNSQFlags=+ "
        "InfobloxAnCount=0 InfobloxNsCount=0 InfobloxArCount=0 rt="));
}

TEST_CASE("flags are Infoblox's letters") {
    const auto flags_of = [](std::uint16_t flags, bool query = false) {
        EventBuilder builder;
        if (query) builder.type(MessageType::client_query);
        return read_cef(render(infoblox, builder.flags(flags).build()))["InfobloxDNSQFlags"];
    };
    CHECK(flags_of(0x8580) == "+A");
    CHECK(flags_of(0x8000) == "-");
    CHECK(flags_of(0x83A0) == "+tV");
    CHECK(flags_of(0x0110, true) == "+C");
    CHECK(flags_of(0x0000, true) == "-");
}

TEST_CASE("the view is the operator's label, since dnstap knows none") {
    EventBuilder builder;
    const Label labels[] = {{"site", "fra1"}, {"view", "Internal=1"}};
    builder.event().labels = labels;
    const std::string line = render(infoblox, builder.build());
    CHECK(line.find(" app=DNS InfobloxDNSView=Internal\\=1 destinationDnsDomain=") != std::string::npos);
    CHECK(read_cef(line)["TapferryLabelSite"] == "fra1");
}

TEST_CASE("special events keep their own classes, which have DNS in their names too") {
    EventBuilder builder;
    builder.event().policy.present = true;
    CHECK(read_cef(render(infoblox, builder.build())).header[4] == "DNS-POLICY");
    EventBuilder malformed;
    malformed.wire("short");
    const CefRecord cef = read_cef(render(infoblox, malformed.build()));
    CHECK(cef.header[4] == "DNS-MALFORMED");
    CHECK(cef["reason"] == "truncated header");
    EventBuilder unanswered;
    unanswered.type(MessageType::client_query).flags(0x0100);
    unanswered.event().kind = EventKind::unanswered;
    const CefRecord query = read_cef(render(infoblox, unanswered.build()));
    CHECK(query.header[4] == "DNS Query");
    CHECK(query["reason"] == "UNANSWERED");
}

TEST_CASE("the message holds 1,023 characters with its quotes, whole answers only") {
    EventBuilder builder;
    for (int i = 0; i < 30; ++i) builder.answer({"t", "test"}, 16, character_string(std::string(90, '=')));
    const CefRecord cef = read_cef(render(infoblox, builder.build()));
    CHECK(cef["msg"].size() <= 1023);
    CHECK(cef["msg"].size() > 880);
    CHECK(cef["msg"].starts_with("\"t.test. 300 IN TXT \"=="));
    CHECK(cef["msg"].ends_with("==\"\""));
    CHECK(cef["flexString1"] == "msg");
}

TEST_CASE("a record that is too long is shortened in this profile too") {
    EventBuilder builder;
    for (int i = 0; i < 9; ++i) builder.answer({"t", "test"}, 16, character_string(std::string(90, '=')));
    const std::string line =
        render(CefOptions{.profile = CefOptions::Profile::infoblox, .max_bytes = 1024}, builder.build());
    CHECK(line.size() <= 1024);
    CHECK(read_cef(line)["flexString1"] == "msg");
}

}  // namespace tapferry::test
