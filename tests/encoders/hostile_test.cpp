// Whatever bytes come in names, RDATA and opaque fields: one line an event, printable ASCII, and exactly the
// fields that the encoder wrote.
#include <doctest/doctest.h>
#include <rapidjson/pointer.h>

#include <set>
#include <string>
#include <vector>

#include "encoders/bounds.h"
#include "proto/decoder.h"
#include "tests/encoders/cef/cef_reader.h"
#include "tests/encoders/cef/leef_reader.h"
#include "tests/encoders/hostile_events.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

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
    for (int round = 0; round < hostile_rounds / 8; ++round) {
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
    fill_with(event, opaque);
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
