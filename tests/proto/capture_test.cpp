// Captures of real servers against what an independent decoder made of them:
// tests/data/captures/NAME.truth.zst has a line for each frame, in the columns of describe() below.
#include <doctest/doctest.h>

#include <sstream>

#include "proto/decoder.h"
#include "tests/proto/wire_builder.h"
#include "tests/support/frame_streams_file.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

constexpr const char* captures[] = {"bind-auth", "bind-auth-file", "bind-fwd",    "bind-mix-head", "bind-rec",
                                    "bind-sec",  "dnsdist",        "dnsdist-tcp", "kdig",          "knot",
                                    "knot-file", "knot-noquery",   "kresd",       "nsd",           "pdns",
                                    "pdns-tcp",  "unbound",        "unbound-tcp"};

const FrameOrigin origin{{1, 1}, {1795300000, 0}, "capture"};

template <typename Write>
void column(std::string& line, Write write) {
    if (!line.empty()) line += '\t';
    const auto text = text_of(write);
    line += text.empty() ? "-" : text;
}

void number(std::string& line, bool present, std::uint64_t value) {
    column(line, [&](TextBuffer& text) {
        if (present) append_decimal(text, value);
    });
}

void time(std::string& line, const std::optional<Timestamp>& value) {
    column(line, [&](TextBuffer& text) {
        if (value) append_unix_time(text, *value, 9);
    });
}

void describe_message(std::string& line, const Event& event) {
    const dns::Message& dns = event.dns;
    const bool present = event.has_message;
    number(line, present, dns.wire.size());
    number(line, present, dns.id);
    column(line, [&](TextBuffer& text) { text.append(event.has_question ? event.qname : ""); });
    number(line, event.has_question, event.qtype);
    number(line, event.has_question, event.qclass);
    number(line, present, dns.rcode);
    column(line, [&](TextBuffer& text) {
        if (!present) return;
        const std::size_t counts[] = {dns.questions.size(), dns.answers.size(), dns.authority.size(),
                                      dns.additional.size()};
        for (std::size_t i = 0; i < 4; ++i) {
            if (i != 0) text.push_back(',');
            append_decimal(text, counts[i]);
        }
    });
    column(line, [&](TextBuffer& text) { text.append(dns.has_edns ? "edns" : ""); });
    number(line, dns.has_edns, dns.edns.udp_size);
    column(line, [&](TextBuffer& text) { text.append(dns.malformed != nullptr ? "malformed" : ""); });
}

std::string describe(const Event& event) {
    std::string line;
    column(line, [&](TextBuffer& text) { append_message_type(text, event); });
    column(line, [&](TextBuffer& text) { text.append(socket_protocol_name(event.protocol)); });
    for (const Endpoint* side : {&event.query, &event.response}) {
        column(line, [&](TextBuffer& text) { append_address(text, side->address); });
        number(line, side->port != 0, side->port);
    }
    time(line, event.query_time);
    time(line, event.response_time);
    describe_message(line, event);
    column(line, [&](TextBuffer& text) {
        if (!event.query_zone.empty()) append_name(text, event.query_zone, 0);
    });
    return line;
}

std::vector<std::string> read_truth(const std::string& name) {
    const auto path = capture_path(name).parent_path() / (name + ".truth.zst");
    std::istringstream lines(read_test_file(path));
    std::vector<std::string> truth;
    for (std::string line; std::getline(lines, line);) truth.push_back(line);
    return truth;
}

}  // namespace

TEST_CASE("every frame of every server becomes the event that an independent decoder saw") {
    Decoder decoder;
    Event event;
    for (const std::string name : captures) {
        CAPTURE(name);
        const auto frames = read_capture(name);
        const auto truth = read_truth(name);
        REQUIRE(frames.size() == truth.size());
        for (std::size_t i = 0; i < frames.size(); ++i) {
            REQUIRE(decoder.decode(frames[i], origin, event) == DecodeStatus::decoded);
            REQUIRE(describe(event) == truth[i]);
        }
    }
}

TEST_CASE("each of the 50,631 frames of a mixed load is a sound event") {
    Decoder decoder;
    Event event;
    const auto frames = read_capture("bind-mix");
    CHECK(frames.size() == 50631);
    std::size_t sound = 0;
    for (const auto& frame : frames) {
        if (decoder.decode(frame, origin, event) != DecodeStatus::decoded) continue;
        if (event.kind == EventKind::message && event.has_question && !event.qname.empty()) ++sound;
    }
    CHECK(sound == frames.size());
}

TEST_CASE(
    "packets that a server logged and could not read are malformed, and none is taken for news of a domain") {
    Decoder decoder;
    Event event;
    const auto count = [&](const char* name, EventKind kind) {
        std::size_t found = 0;
        for (const auto& frame : read_capture(name)) {
            if (decoder.decode(frame, origin, event) == DecodeStatus::decoded && event.kind == kind) ++found;
        }
        return found;
    };
    CHECK(count("nsd", EventKind::malformed) == 19);
    CHECK(count("pdns", EventKind::new_domain) == 0);
}
