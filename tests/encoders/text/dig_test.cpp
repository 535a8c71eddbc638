#include <doctest/doctest.h>

#include "encoders/bounds.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address("\xC0\x00\x02\x0B", 4);
const std::string first_line = "20-Nov-2026 21:23:42.143 CR 198.51.100.7:40000 <- 192.0.2.53:53 UDP ";

}  // namespace

TEST_CASE("dig is the text line and the message below it, in columns") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address);
    CHECK(render(DigOptions{}, builder.build()) ==
          first_line +
              "66b www.example.test/IN/A\n"
              ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id:   4660\n"
              ";; flags: qr rd ra; QUESTION: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0\n"
              ";; QUESTION SECTION:\n"
              ";www.example.test.              IN      A\n"
              "\n"
              ";; ANSWER SECTION:\n"
              "www.example.test.       300     IN      A       192.0.2.11\n");
}

TEST_CASE("the sections of an update have names of their own") {
    EventBuilder builder;
    builder.type(MessageType::update_response).flags(0xA800);
    const std::string text = render(DigOptions{}, builder.build());
    CHECK(text.find(";; flags: qr; ZONE: 1, PREREQ: 0, UPDATE: 0, ADDITIONAL: 0\n;; ZONE SECTION:\n") !=
          std::string::npos);
}

TEST_CASE("a message that does not parse is shown as far as it does, with the reason") {
    EventBuilder builder;
    builder.wire(std::string("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x3F", 13));
    const std::string text = render(DigOptions{}, builder.build());
    CHECK(text.find("id:   4660\n;; flags: rd; QUESTION: 1,") != std::string::npos);
    CHECK(text.ends_with("\n;; malformed: name breaks off"));
}

TEST_CASE("an event without a message is its line alone") {
    EventBuilder builder;
    Event event = builder.build();
    event.has_message = false;
    event.dns.clear();
    CHECK(render(DigOptions{}, event) == first_line + "-b www.example.test/IN/A");
    CHECK(render(HexOptions{}, event) == first_line + "-b www.example.test/IN/A");
}

TEST_CASE("what is too much is left out, and said so") {
    EventBuilder builder;
    for (int i = 0; i < 90; ++i) builder.answer({"www", "example", "test"}, 1, address);
    const std::string many = render(DigOptions{}, builder.build());
    CHECK(many.ends_with(";; 26 more are not shown\n"));
    EventBuilder large;
    for (int i = 0; i < 60; ++i)
        large.answer({"t", "test"}, 16, character_string(std::string(255, '"')) + character_string("x"));
    for (const FormatOptions& format : {FormatOptions(DigOptions{}), FormatOptions(YamlOptions{})}) {
        const std::string text = render(format, large.build());
        CHECK(text.find(" more are not shown") != std::string::npos);
        CHECK(text.size() <= max_event_bytes);
    }
}

TEST_CASE("hex is every byte of the message") {
    EventBuilder builder;
    builder.wire(std::string("\x00\xFF\x10", 3));
    CHECK(render(HexOptions{}, builder.build()) == first_line + "3b -/-/-\n00FF10");
}

TEST_CASE("dnstap is the frame itself, and nothing where there is none") {
    EventBuilder builder;
    const std::string frame("\x0A\x01\n\0\xFF", 5);
    builder.event().frame = {reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size()};
    CHECK(render(DnstapOptions{}, builder.build()) == frame);
    builder.event().frame = {};
    CHECK(render_all(DnstapOptions{}, builder.build()).empty());
}

TEST_CASE("formats that pass the frame's bytes on are known, so that privacy can refuse them") {
    for (const std::string_view name : format_names()) {
        CAPTURE(name);
        CHECK(passes_frame_on(*default_format(name)) == (name == "dnstap" || name == "hex"));
    }
}

}  // namespace tapferry::test
