// What each format makes of chosen frames of the captures and of a few hand-made events, kept in
// tests/golden/FORMAT/*.txt. TAPFERRY_REWRITE_GOLDEN=1 writes them anew; the diff is the review.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "encoders/make_encoder.h"
#include "proto/decoder.h"
#include "tests/encoders/event_builder.h"
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
    bool syslog = false;
};

std::vector<GoldenFormat> formats() {
    return {{"json", JsonOptions{}},
            {"json-all", JsonOptions{.additional = true, .schema = true}},
            {"cef", CefOptions{}},
            {"syslog", CefOptions{.ipv6 = CefOptions::Ipv6::c6a, .max_bytes = 1024}, true},
            {"passivedns", PassivednsOptions{.mode = PassivednsOptions::Mode::each, .errors = true}},
            {"passivedns-rows", PassivednsOptions{.client = PassivednsOptions::Client::last}},
            {"passivedns-d4",
             PassivednsOptions{.rdata = PassivednsOptions::Rdata::passivedns, .records = {.d4 = true}}},
            {"cof", CofOptions{}},
            {"cof-d4", CofOptions{.records = {.d4 = true}}},
            {"summary", SummaryOptions{}},
            {"text", TextOptions{}}};
}

// The product's version is not what these files are about.
std::string without_version(std::string text) {
    const std::string from = "Tapferry|Tapferry|" TAPFERRY_MAJOR_MINOR "|";
    const std::string to = "Tapferry|Tapferry|VERSION|";
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
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
        b.event().policy = {
            .present = true, .type = "RPZ", .rule = "x|y", .action = 4, .match = 1, .value = "v"};
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

}  // namespace

TEST_CASE("every format makes of the captures what its golden files say") {
    for (const GoldenFormat& format : formats()) {
        const auto header = make_syslog_header({});
        for (const GoldenCapture& capture : captures) {
            const auto encoder = make_encoder(format.options);
            RecordBuffer records(Framing::newline, format.syslog ? header.get() : nullptr, encoder->text());
            encode_frames(capture, *encoder, records);
            compare(format, capture.name, text_of(records));
        }
    }
}

TEST_CASE("every format makes of hostile events what its golden files say") {
    for (const GoldenFormat& format : formats()) {
        const auto header = make_syslog_header({});
        const auto encoder = make_encoder(format.options);
        RecordBuffer records(Framing::newline, format.syslog ? header.get() : nullptr, encoder->text());
        encode_hand_made(*encoder, records);
        compare(format, "hand-made", text_of(records));
    }
}

}  // namespace tapferry::test
