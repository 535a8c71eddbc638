// What each format makes of chosen frames of the captures and of a few hand-made events, kept in
// tests/golden/FORMAT/*.txt. TAPFERRY_REWRITE_GOLDEN=1 writes them anew; the diff is the review.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "encoders/event_fields.h"
#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/golden_frames.h"
#include "tests/encoders/sample_notices.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

struct GoldenCapture {
    const char* name;
    std::size_t every;  // takes each frame whose number divides by this
};
// Thinned so that a file stays readable.
constexpr GoldenCapture captures[] = {
    {"bind-mix-head", 250}, {"bind-rec", 60},    {"bind-auth", 50}, {"bind-sec", 2},
    {"unbound", 60},        {"knot", 50},        {"nsd", 50},       {"pdns", 30},
    {"dnsdist", 30},        {"dnsdist-tcp", 10}, {"kresd", 30},     {"kdig", 8}};

struct GoldenFormat {
    const char* folder;
    FormatOptions options;
    std::optional<SyslogHeaderOptions::Rfc> syslog = {};
};

std::string every_field() {
    std::string line;
    for (const EventField& field : event_fields())
        line.append(line.empty() ? "" : " ").append(field.name).append("=%{").append(field.name).append("}");
    return line;
}

std::vector<GoldenFormat> formats() {
    return {{"json", JsonOptions{}},
            {"json-all", JsonOptions{.additional = true, .raw = true, .schema = true}},
            {"json-each", JsonOptions{.answers = JsonOptions::Answers::one_event_each}},
            {"json-receiver", JsonOptions{.profile = JsonOptions::Profile::dnstap_receiver}},
            {"ecs", EcsOptions{}},
            {"cim", CimOptions{}},
            {"ocsf", OcsfOptions{}},
            {"ocsf-1.9", OcsfOptions{.version = OcsfOptions::Version::v1_9, .observables = true}},
            {"asim", AsimOptions{}},
            {"zeek", ZeekOptions{}},
            {"gelf", GelfOptions{}},
            {"cef", CefOptions{}},
            {"syslog", CefOptions{.ipv6 = CefOptions::Ipv6::c6a, .max_bytes = 1024},
             SyslogHeaderOptions::Rfc::rfc5424},
            {"cef-each", CefOptions{.answers = CefOptions::Answers::one_event_each}},
            {"cef-infoblox", CefOptions{.profile = CefOptions::Profile::infoblox}},
            {"leef", LeefOptions{}},
            {"leef-3164", LeefOptions{.max_bytes = 1024}, SyslogHeaderOptions::Rfc::rfc3164},
            {"passivedns", PassivednsOptions{.mode = PassivednsOptions::Mode::each, .errors = true}},
            {"passivedns-rows", PassivednsOptions{.client = PassivednsOptions::Client::last}},
            {"passivedns-d4",
             PassivednsOptions{.rdata = PassivednsOptions::Rdata::passivedns, .records = {.d4 = true}}},
            {"cof", CofOptions{}},
            {"cof-d4", CofOptions{.records = {.d4 = true}}},
            {"summary", SummaryOptions{}},
            {"text", TextOptions{}},
            {"text-all", TextOptions{.format = every_field()}},
            {"template", TemplateOptions{.line = "<{qname}> {{{answers:json}}} {identity:cef}|{rcode}",
                                         .absent = "none"}},
            {"yaml", YamlOptions{}},
            {"yaml-receiver", YamlOptions{YamlOptions::Layout::dnstap_receiver}},
            {"dig", DigOptions{}},
            {"hex", HexOptions{}}};
}

std::unique_ptr<Envelope> header_of(const GoldenFormat& format) {
    return format.syslog ? make_syslog_header({.rfc = *format.syslog}) : nullptr;
}

// The product's version is not what these files are about.
std::string without_version(std::string text) {
    constexpr std::string_view version = TAPFERRY_MAJOR_MINOR;
    for (const std::string before : {"Tapferry|Tapferry|", "\"tapferry\",\"version\":\"",
                                     "\"Tapferry\",\"version\":\"", "\"EventProductVersion\":\""}) {
        const std::string from = before + std::string(version);
        const std::string to = before + "VERSION";
        for (std::size_t at = text.find(from); at != std::string::npos;
             at = text.find(from, at + to.size())) {
            text.replace(at, from.size(), to);
        }
    }
    return text;
}

std::string text_of(const RecordBuffer& records) {
    return without_version(std::string(records.wire(0, records.size())));
}

void compare(const GoldenFormat& format, const std::string& name, const std::string& text) {
    const std::filesystem::path path =
        std::filesystem::path(TAPFERRY_SOURCE_DIR "/tests/golden") / format.folder / (name + ".txt");
    if (std::getenv("TAPFERRY_REWRITE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
        return;
    }
    std::ifstream file(path);
    REQUIRE_MESSAGE(file.is_open(), path.string());
    std::istringstream made(text);
    std::string wanted;
    std::string line;
    for (int number = 1; std::getline(file, wanted); ++number) {
        std::getline(made, line);
        CAPTURE(path.string());
        CAPTURE(number);
        REQUIRE(line == wanted);
        line.clear();
    }
    CHECK_FALSE(std::getline(made, line));
}

void encode_frames(const GoldenCapture& capture, Encoder& encoder, RecordBuffer& records) {
    Decoder decoder;
    Event event;
    std::uint64_t sequence = 0;
    for (const Frame& frame : read_capture(capture.name)) {
        const FrameOrigin origin{{0xA5, ++sequence}, {1'795'209'600, 0}, capture.name};
        if (sequence % capture.every != 0) continue;
        if (decoder.decode(frame, origin, event) == DecodeStatus::decoded) encoder.encode(event, records);
    }
    encoder.close(records);
}

void encode_all(const std::vector<Frame>& frames, Encoder& encoder, RecordBuffer& records) {
    Decoder decoder;
    Event event;
    std::uint64_t sequence = 0;
    for (const Frame& frame : frames) {
        REQUIRE(decoder.decode(frame, {{0xA5, ++sequence}, {1'795'209'600, 0}, "hand"}, event) ==
                DecodeStatus::decoded);
        encoder.encode(event, records);
    }
    encoder.close(records);
}

void encode_hand_made(Encoder& encoder, RecordBuffer& records) {
    const auto add = [&](auto make) {
        EventBuilder builder;
        make(builder);
        encoder.encode(builder.build(), records);
    };
    const Labels nasty{"a\nCEF:0|x|y|1|1|z|10|src=6.6.6.6", "b c", "d.e", "\"}\\", "test"};
    add([&](EventBuilder& b) {
        b.type(MessageType::auth_response).question(nasty).answer(nasty, 1, "\x01\x02\x03\x04");
    });
    add([&](EventBuilder& b) {
        b.type(MessageType::auth_response).question(nasty, 16);
        b.answer(nasty, 16, character_string("x act=allow \"]|| \\ \xC3\xBC\r\n") + character_string(""));
        b.event().identity = "id\n|=\"] \xFF";
        b.event().extra = "rtt=43\n";
    });
    add([&](EventBuilder& b) { b.type(MessageType::resolver_response).rcode(2).zone({"example", "test"}); });
    add([&](EventBuilder& b) { b.wire("truncated"); });
    add([&](EventBuilder& b) {
        b.event().policy = {.present = true,
                            .type = "RPZ",
                            .rule = "x|y",
                            .action = PolicyAction::drop,
                            .match = PolicyMatch::qname,
                            .value = "v"};
    });
    add([&](EventBuilder& b) {
        b.type(MessageType::client_query).no_question().zone({"new", "test"});
        b.event().kind = EventKind::new_domain;
        b.event().time_source = TimeSource::agent;
    });
    add([&](EventBuilder& b) {
        b.type(MessageType::auth_response);
        for (int i = 0; i < 70; ++i)
            b.answer({"www", "example", "test"}, 1, {'\xC0', '\0', '\2', static_cast<char>(i)});
    });
    encoder.close(records);
}

// What the stages add.
void encode_enriched(EventBuilder& builder, EventKind kind, Encoder& encoder, RecordBuffer& records) {
    constexpr Label labels[] = {{"list", "malware"}, {"site", "fra1"}};
    builder.event().query_time = Timestamp{1'795'209'822, 100'000'000};
    builder.build();
    Event& event = builder.event();
    event.kind = kind;
    event.registered_domain = event.qname.substr(4);
    event.public_suffix = event.qname.substr(12);
    event.query_place = {"DE", "M\xC3\xBCnchen", 64'500, "Example \"AS\""};
    event.response_place = {"FR", {}, 0, {}};
    event.labels = labels;
    event.sample_rate = 0.05;
    event.input = "bind";
    encoder.encode(event, records);
}

void encode_enriched(Encoder& encoder, RecordBuffer& records) {
    EventBuilder answered;
    answered.answer({"www", "example", "test"}, 1, "\xC0\x02\x04\x08");
    encode_enriched(answered, EventKind::message, encoder, records);
    EventBuilder query;
    query.type(MessageType::client_query).flags(0x0100);
    encode_enriched(query, EventKind::unanswered, encoder, records);
}

}  // namespace

TEST_CASE("every format makes of the captures what its golden files say") {
    for (const GoldenFormat& format : formats()) {
        const auto header = header_of(format);
        for (const GoldenCapture& capture : captures) {
            const auto encoder = make_encoder(format.options);
            RecordBuffer records(Framing::newline, header.get(), encoder->text());
            encode_frames(capture, *encoder, records);
            compare(format, capture.name, text_of(records));
        }
    }
}

TEST_CASE("every format makes of hostile events what its golden files say") {
    for (const GoldenFormat& format : formats()) {
        const auto header = header_of(format);
        const auto encoder = make_encoder(format.options);
        RecordBuffer records(Framing::newline, header.get(), encoder->text());
        encode_hand_made(*encoder, records);
        encode_enriched(*encoder, records);
        compare(format, "hand-made", text_of(records));
    }
}

TEST_CASE("every format makes of each record type, hostile text and message type what its golden files say") {
    const std::pair<const char*, std::vector<Frame>> sorts[] = {{"record-types", frames_of_every_rdata()},
                                                                {"vectors", frames_of_every_vector()},
                                                                {"message-types", frames_of_every_message()}};
    for (const GoldenFormat& format : formats()) {
        const auto header = make_syslog_header({});
        for (const auto& [name, frames] : sorts) {
            const auto encoder = make_encoder(format.options);
            RecordBuffer records(Framing::newline, format.syslog ? header.get() : nullptr, encoder->text());
            encode_all(frames, *encoder, records);
            compare(format, name, text_of(records));
        }
    }
}

TEST_CASE("every format makes of each kind of notice what its golden files say") {
    for (const GoldenFormat& format : formats()) {
        const auto header = header_of(format);
        const auto encoder = make_encoder(format.options);
        RecordBuffer records(Framing::newline, header.get(), encoder->text());
        for (const Notice& notice : sample_notices()) encoder->encode(event_of(notice), records);
        Notice hostile = sample_notices()[static_cast<std::size_t>(NoticeKind::dead_letter)];
        const std::string words = hostile_words();
        hostile.words = words;
        Event labelled = event_of(hostile);
        constexpr Label labels[] = {{"note", "a;b=c"}, {"site", "fra1"}};
        labelled.labels = labels;
        encoder->encode(labelled, records);
        encoder->close(records);
        compare(format, "notices", text_of(records));
    }
}

}  // namespace tapferry::test
