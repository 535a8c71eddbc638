// Whatever bytes come in names, RDATA and opaque fields: one line an event, printable ASCII, and exactly the
// fields that the encoder wrote.
#include <doctest/doctest.h>
#include <rapidjson/pointer.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "encoders/bounds.h"
#include "proto/decoder.h"
#include "tests/encoders/cef/cef_reader.h"
#include "tests/encoders/cef/leef_reader.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

constexpr int rounds = 400;

class Hostile {
  public:
    explicit Hostile(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }

    // Half of the bytes are those that some syntax gives a meaning to.
    std::string bytes(std::size_t length) {
        constexpr std::string_view nasty("\\\"|=;,\n\r\t\0 ]}[{:%<>'\x1B\x7F\xFF", 23);
        std::string text(length, '\0');
        for (char& c : text) c = below(2) == 0 ? nasty[below(nasty.size())] : static_cast<char>(below(256));
        return text;
    }

    Labels labels() {
        Labels labels(1 + below(4));
        for (std::string& label : labels) label = bytes(1 + below(below(4) == 0 ? 60 : 12));
        return labels;
    }

  private:
    std::mt19937 random_;
};

// What the opaque views of a hostile event point to.
struct HostileEvent {
    explicit HostileEvent(Hostile& hostile)
        : identity(hostile.bytes(hostile.below(120))),
          version(hostile.bytes(hostile.below(120))),
          extra(hostile.bytes(hostile.below(400))),
          policy(hostile.bytes(1 + hostile.below(40))),
          labels{{{"list", extra}, {"site_2", policy}}} {
        constexpr std::uint16_t types[] = {1,  2,  5,  6,  12, 13,  15,  16,   28,
                                           33, 35, 46, 64, 65, 257, 999, 65280};
        const Labels name = hostile.labels();
        builder.type(static_cast<MessageType>(1 + hostile.below(14)))
            .question(name)
            .rcode(static_cast<std::uint16_t>(hostile.below(4)));
        if (hostile.below(2) == 0) builder.zone(Labels(name.begin() + 1, name.end()));
        for (std::size_t i = hostile.below(6); i > 0; --i) {
            const std::uint16_t type = types[hostile.below(std::size(types))];
            std::string rdata = hostile.bytes(hostile.below(90));
            if (type == 16) rdata = character_string(rdata);
            if (type == 2 || type == 5 || type == 12) rdata = wire_name(hostile.labels());
            builder.answer(hostile.below(2) == 0 ? name : hostile.labels(), type, rdata);
        }
        Event& event = builder.event();
        event.identity = identity;
        event.version = version;
        event.extra = extra;
        event.input = extra;
        event.labels = labels;
        event.query_place = {.country = "DE", .city = extra, .as_number = 64500, .as_organization = policy};
        if (hostile.below(4) == 0) {
            event.policy = {
                .present = true, .type = policy, .rule = policy, .action = 2, .match = 2, .value = policy};
        }
    }

    std::string identity;
    std::string version;
    std::string extra;
    std::string policy;
    std::array<Label, 2> labels;
    EventBuilder builder;
};

template <typename Check>
void with_hostile_events(unsigned seed, Check check) {
    Hostile hostile(seed);
    for (int round = 0; round < rounds; ++round) {
        HostileEvent event(hostile);
        check(event.builder.build());
    }
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size()))
        ++count;
    return count;
}

bool is_one_printable_line(std::string_view line) {
    return std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

// Every format that is JSON, and where it has the name asked.
struct JsonFormat {
    const char* name;
    FormatOptions options;
    const char* qname;
};
const std::vector<JsonFormat>& json_formats() {
    static const std::vector<JsonFormat> all{
        {"json", JsonOptions{.additional = true, .raw = true}, "/qname"},
        {"json each", JsonOptions{.answers = JsonOptions::Answers::one_event_each}, "/qname"},
        {"ecs", EcsOptions{}, "/dns/question/name"},
        {"cim", CimOptions{}, "/query"},
        {"ocsf", OcsfOptions{}, "/query/hostname"},
        {"ocsf 1.9", OcsfOptions{.version = OcsfOptions::Version::v1_9, .observables = true},
         "/query/hostname"},
        {"asim", AsimOptions{}, "/DnsQuery"},
        {"zeek", ZeekOptions{.path = true}, "/query"},
        {"gelf", GelfOptions{}, "/_qname"}};
    return all;
}

// The first member that an object names twice, at any depth; empty: there is none.
std::string repeated_member(const rapidjson::Value& value) {
    if (value.IsArray()) {
        for (const auto& element : value.GetArray())
            if (std::string name = repeated_member(element); !name.empty()) return name;
        return {};
    }
    if (!value.IsObject()) return {};
    std::set<std::string> seen;
    for (const auto& [name, inner] : value.GetObject()) {
        if (!seen.insert(name.GetString()).second) return name.GetString();
        if (std::string repeated = repeated_member(inner); !repeated.empty()) return repeated;
    }
    return {};
}

void check_json_lines(const JsonFormat& format, const Event& event) {
    CAPTURE(format.name);
    for (const std::string& line : render_all(format.options, event)) {
        CAPTURE(line);
        REQUIRE(is_one_printable_line(line));
        REQUIRE(line.size() <= max_event_bytes);
        const auto document = read_json(line);
        REQUIRE(repeated_member(document) == "");
        if (event.qname.empty()) continue;
        const auto* const qname = rapidjson::Pointer(format.qname).Get(document);
        REQUIRE(qname != nullptr);
        REQUIRE(*qname == std::string(event.qname).c_str());
    }
}

}  // namespace

TEST_CASE("no bytes of an event break or add to any format that is JSON") {
    with_hostile_events(5, [](const Event& event) {
        for (const JsonFormat& format : json_formats()) check_json_lines(format, event);
    });
}

TEST_CASE("what the stages add cannot break any format that is JSON") {
    Hostile hostile(6);
    for (int round = 0; round < rounds / 8; ++round) {
        HostileEvent made(hostile);
        const std::string value = hostile.bytes(hostile.below(300));
        const Label labels[] = {{"a", value}, {"b", value}};
        made.builder.build();
        Event& event = made.builder.event();
        event.labels = labels;
        event.query_place = {value, value, 1, value};
        event.response_place = {{}, value, 4'294'967'295, value};
        event.registered_domain = event.public_suffix = event.qname.substr(event.qname.size() / 2);
        event.sample_rate = 1.0 / static_cast<double>(1 + hostile.below(1'000'000));
        for (const JsonFormat& format : json_formats()) check_json_lines(format, event);
    }
}

TEST_CASE("every format that is JSON stays within 32 KiB, and says when something is left out") {
    EventBuilder builder;
    const std::string labels(63, '\xFF');
    std::string texts;
    for (int i = 0; i < 3; ++i) texts += character_string(std::string(255, '\x01'));
    const Labels name{labels, labels, labels, std::string(61, '\xFF')};
    builder.question(name).zone(name);
    for (int i = 0; i < 20; ++i) builder.answer(name, 16, texts);
    for (int i = 0; i < 40; ++i) builder.answer(name, 5, wire_name(name));
    const std::string opaque(3000, '\\');
    builder.build();
    Event& event = builder.event();
    event.identity = event.version = event.extra = event.input = opaque;
    event.policy = {
        .present = true, .type = opaque, .rule = opaque, .action = 1, .match = 1, .value = opaque};
    event.query_place = event.response_place = {opaque, opaque, 1, opaque};
    event.registered_domain = event.public_suffix = event.qname;
    for (const JsonFormat& format : json_formats()) {
        check_json_lines(format, event);
        CHECK(render(format.options, event).find("clipped\":") != std::string::npos);
    }
}

TEST_CASE("no bytes of an event break its JSON") {
    const JsonSchema schema;
    with_hostile_events(1, [&](const Event& event) {
        const std::string line = render(JsonOptions{.additional = true}, event);
        REQUIRE(is_one_printable_line(line));
        const auto document = read_json(line);
        REQUIRE(schema.fault_of(document) == "");
        if (!event.qname.empty()) REQUIRE(document["qname"] == std::string(event.qname).c_str());
    });
}

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
            "cn2Label cn2 cn3Label cn3 msg TapferrySourceCountry TapferrySourceCity TapferrySourceAsNumber "
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
            " cat devTime devTimeFormat proto sev src dst srcPort dstPort domain policy action id type "
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
    CHECK(seen > rounds / 8);
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

TEST_CASE("no frame of any capture gives a byte that may not be sent or breaks the schema") {
    const JsonSchema schema;
    const CefOptions infoblox{.profile = CefOptions::Profile::infoblox};
    const auto leef_encoder = make_encoder(LeefOptions{});
    RecordBuffer leef(Framing::none, nullptr, leef_encoder->text());
    Decoder decoder;
    Event event;
    for (const char* name : {"bind-auth", "bind-auth-file", "bind-fwd", "bind-mix-head", "bind-rec",
                             "bind-sec", "dnsdist", "dnsdist-tcp", "kdig", "knot", "knot-file",
                             "knot-noquery", "kresd", "nsd", "pdns", "pdns-tcp", "unbound", "unbound-tcp"}) {
        std::uint64_t sequence = 0;
        for (const Frame& frame : read_capture(name)) {
            const FrameOrigin origin{{1, ++sequence}, {1'795'209'600, 0}, "bind"};
            if (decoder.decode(frame, origin, event) != DecodeStatus::decoded) continue;
            CAPTURE(name);
            CAPTURE(sequence);
            const std::string json = render(JsonOptions{.additional = true}, event);
            REQUIRE(is_one_printable_line(json));
            REQUIRE(json.size() <= max_event_bytes);
            REQUIRE(schema.fault_of(read_json(json)) == "");
            for (const JsonFormat& format : json_formats()) check_json_lines(format, event);
            const std::string cef = render(CefOptions{}, event);
            REQUIRE(is_one_printable_line(cef));
            REQUIRE(read_cef(cef)["externalId"].size() == 32);
            REQUIRE(read_cef(render(infoblox, event))["externalId"].size() == 32);
            leef.clear();
            leef_encoder->encode(event, leef);
            REQUIRE_FALSE(leef.records()[0].invalid);
            REQUIRE(read_leef(leef.content(leef.records()[0]))["id"].size() == 32);
            const std::string text = render(TextOptions{}, event);
            REQUIRE(is_one_printable_line(text));
            REQUIRE(count_of(text, " ") == 8);
            for (const std::string& line : render_all(PassivednsOptions{.errors = true}, event)) {
                REQUIRE(is_one_printable_line(line));
                REQUIRE(count_of(line, "||") == 8);
            }
            for (const FormatOptions& format : {FormatOptions(YamlOptions{}), FormatOptions(DigOptions{})}) {
                const std::string several = render(format, event);
                REQUIRE_FALSE(several.starts_with("invalid"));
                REQUIRE(several.size() <= max_event_bytes);
            }
        }
        CHECK(sequence > 0);
    }
}

}  // namespace tapferry::test
