// Whatever bytes come in names, RDATA and opaque fields: no format that is not JSON has a line, a field or a
// word more for them.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

#include "encoders/bounds.h"
#include "tests/encoders/cef/cef_reader.h"
#include "tests/encoders/cef/leef_reader.h"
#include "tests/encoders/hostile_events.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {

TEST_CASE("no bytes of an event forge a CEF field") {
    with_hostile_events(2, [&](const Event& event) {
        const std::string line = render(CefOptions{}, event);
        REQUIRE(is_one_printable_line(line));
        const CefRecord cef = read_cef(line);
        REQUIRE(cef.header.size() == 7);
        REQUIRE(cef["src"] == "198.51.100.7");
        REQUIRE(cef["destinationDnsDomain"] ==
                (event.qname.size() <= 255 ? event.qname : cef["destinationDnsDomain"]));
        constexpr std::string_view known =
            " rt src spt dst dpt proto app act destinationDnsDomain dhost outcome reason deviceDirection "
            "dvchost "
            "externalId cat cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4 cs5Label cs5 cs6Label cs6 "
            "cn1Label cn1 "
            "cn2Label cn2 cn3Label cn3 msg TapferryPolicyType TapferryPolicyRule "
            "TapferryPolicyMatch TapferryPolicyValue TapferrySourceCountry TapferrySourceCity "
            "TapferrySourceAsNumber "
            "TapferrySourceAsOrganization TapferryLabelList TapferryLabelSite2 flexString1Label flexString1 ";
        std::size_t place = 0;
        for (const std::string& key : cef.keys()) {
            CAPTURE(key);
            place = known.find(" " + key + " ", place);
            REQUIRE(place != std::string_view::npos);
        }
    });
}

TEST_CASE("no bytes of an event forge a field in the other profile of CEF, nor in any event an answer") {
    const CefOptions infoblox{.profile = CefOptions::Profile::infoblox};
    const CefOptions each{.answers = CefOptions::Answers::one_event_each};
    with_hostile_events(5, [&](const Event& event) {
        const std::string line = render(infoblox, event);
        REQUIRE(is_one_printable_line(line));
        const CefRecord cef = read_cef(line);
        REQUIRE(cef.header.size() == 7);
        REQUIRE(cef.extension[0].first == "dst");
        REQUIRE(cef.extension[1] == std::pair<std::string, std::string>("src", "198.51.100.7"));
        REQUIRE(cef["TapferryLabelSite2"] != "(absent)");
        const auto lines = render_all(each, event);
        REQUIRE(lines.size() == std::max<std::size_t>(1, event.dns.answers.size()));
        for (const std::string& one : lines) {
            REQUIRE(is_one_printable_line(one));
            REQUIRE(read_cef(one)["src"] == "198.51.100.7");
        }
    });
}

TEST_CASE("no bytes of an event forge a LEEF field") {
    const auto encoder = make_encoder(LeefOptions{});
    RecordBuffer records(Framing::none, nullptr, encoder->text());
    with_hostile_events(6, [&](const Event& event) {
        records.clear();
        encoder->encode(event, records);
        REQUIRE(records.size() == 1);
        REQUIRE_FALSE(records.records()[0].invalid);
        const LeefRecord leef = read_leef(records.content(records.records()[0]));
        REQUIRE(leef["src"] == "198.51.100.7");
        REQUIRE((event.qname.empty() ? "(absent)" : event.qname) == leef["domain"]);
        constexpr std::string_view known =
            " cat devTime devTimeFormat proto sev src dst srcPort dstPort domain policy action policyType "
            "policyMatch policyValue id type "
            "identity "
            "queryType queryClass responseCode flags answers answerCount dnsId transport messageBytes reason "
            "srcCountry srcCity srcAsNumber srcAsOrganization label_list label_site_2 truncated ";
        std::size_t place = 0;
        for (const auto& pair : leef.pairs) {
            const std::string& key = pair.first;
            CAPTURE(key);
            place = known.find(" " + key + " ", place);
            REQUIRE(place != std::string_view::npos);
        }
    });
}

TEST_CASE("no bytes of an event add a column to a passivedns line") {
    std::size_t seen = 0;
    with_hostile_events(3, [&](const Event& event) {
        for (const std::string& line : render_all(PassivednsOptions{.errors = true}, event)) {
            REQUIRE(is_one_printable_line(line));
            REQUIRE(count_of(line, "||") == 8);
            REQUIRE(line.find("|||") == std::string::npos);
            ++seen;
        }
    });
    CHECK(seen > hostile_rounds / 8);
}

TEST_CASE("no bytes of an event add a word to a text line or a syslog header") {
    const auto header = make_syslog_header({.structured_data = true});
    const auto bsd = make_syslog_header({.rfc = SyslogHeaderOptions::Rfc::rfc3164});
    const auto iso = make_syslog_header({.rfc = SyslogHeaderOptions::Rfc::rfc3164_iso});
    with_hostile_events(4, [&](const Event& event) {
        CHECK(count_of(render(TextOptions{}, event), " ") == 8);
        const std::string line =
            render(TextOptions{.format = "%{identity} %{version} %{answers} %{extra}"}, event);
        REQUIRE(is_one_printable_line(line));
        REQUIRE(count_of(line, " ") == 3);
        const std::string table = render(TextOptions{.format = "\"%{identity}\";\"%{answers}\""}, event);
        REQUIRE(count_of(table, ";") == 1);
        REQUIRE(count_of(table, "\"") == 4);
        TextBuffer out;
        header->open(event, {}, out);
        REQUIRE(is_one_printable_line(out.view()));
        REQUIRE(count_of(out.view(), " ") == 8);
        for (const auto& old : {bsd.get(), iso.get()}) {
            out.clear();
            old->open(event, {}, out);
            REQUIRE(is_one_printable_line(out.view()));
            REQUIRE(count_of(out.view(), " ") == (old == bsd.get() ? 5 : 3));
            REQUIRE(out.view().find(": ") == out.size() - 2);
        }
    });
}

TEST_CASE("no bytes of an event add a field to a template's line") {
    with_hostile_events(5, [&](const Event& event) {
        const std::string line = render(
            TemplateOptions{.line = "{identity}|{qname}|{answers}|{extra}|{qname}/{qtype}|{malformed}"},
            event);
        REQUIRE(is_one_printable_line(line));
        REQUIRE(count_of(line, "|") == 5);
        const std::size_t last = line.rfind('|');
        const std::size_t before = line.rfind('|', last - 1);
        REQUIRE(count_of(line.substr(before, last - before), "/") == 1);
        const std::string json = render(
            TemplateOptions{
                .line = "{{\"i\":\"{identity:json}\",\"a\":\"{answers:json}\",\"q\":\"{qname:json}\"}}"},
            event);
        REQUIRE(read_json(json).MemberCount() == 3);
        const std::string cef = render(
            TemplateOptions{.line = "CEF:0|a|b|1|c|d|1|a={identity:cef} b={answers:cef} c={extra:cef}"},
            event);
        REQUIRE(read_cef(cef).keys() == std::vector<std::string>{"a", "b", "c"});
    });
}

TEST_CASE("no bytes of an event add a line, a key or an item to its YAML") {
    for (const auto layout : {YamlOptions::Layout::dnstap_read, YamlOptions::Layout::dnstap_receiver}) {
        with_hostile_events(6, [&](const Event& event) {
            const std::string text = render(YamlOptions{layout}, event);
            REQUIRE(text.size() <= max_event_bytes);
            std::istringstream lines(text);
            std::set<std::string> keys;
            bool in_text = false;
            for (std::string line; std::getline(lines, line);) {
                CAPTURE(line);
                REQUIRE(is_one_printable_line(line));
                in_text = line.ends_with("_message: |") || (in_text && line.starts_with("    "));
                if (in_text || line == "---") continue;
                // Labels are keys that are quoted, for a name may be a number.
                if (line.starts_with("  '")) line.erase(line.find("': "), 1).erase(2, 1);
                const bool item = line.starts_with("      - '");
                const std::string key = line.substr(0, line.find(item ? '\'' : ':'));
                if (!item) REQUIRE(keys.insert(key).second);
                REQUIRE(key.find_first_of(item ? "" : "'\"\\") == std::string::npos);
                // What is quoted is quoted to the line's end.
                const std::size_t open = line.find('\'');
                if (open == std::string::npos) continue;
                REQUIRE(line.size() > open + 1);
                REQUIRE(line.back() == '\'');
                std::string inside = line.substr(open + 1, line.size() - open - 2);
                for (std::size_t at = inside.find("''"); at != std::string::npos; at = inside.find("''"))
                    inside.erase(at, 2);
                REQUIRE(count_of(inside, "'") == 0);
            }
        });
    }
}

TEST_CASE("no bytes of an event add a line to its dig or its hex") {
    with_hostile_events(7, [&](const Event& event) {
        const std::string dig = render(DigOptions{}, event);
        REQUIRE(dig.size() <= max_event_bytes);
        const auto part = [](std::size_t count) { return count == 0 ? 0U : 1U; };
        std::istringstream lines(dig);
        std::size_t records = 0;
        std::size_t titles = 0;
        for (std::string line; std::getline(lines, line);) {
            REQUIRE(is_one_printable_line(line));
            if (line.starts_with(";; ") && line.ends_with(" SECTION:")) ++titles;
            if (!line.empty() && line.front() != ';') ++records;
        }
        const dns::Message& dns = event.dns;
        REQUIRE(titles == part(dns.questions.size()) + part(dns.answers.size()) + part(dns.authority.size()) +
                              part(dns.additional.size()));
        REQUIRE(records == 1 + dns.answers.size() + dns.authority.size() + dns.additional.size());
        REQUIRE(count_of(render(HexOptions{}, event), "\n") == 1);
    });
}

}  // namespace tapferry::test
