#include <doctest/doctest.h>

#include "encoders/bounds.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address("\xC0\x00\x02\x0B", 4);
const std::string first_line = "20-Nov-2026 21:23:42.143 CR 198.51.100.7:40000 <- 192.0.2.53:53 UDP ";

// A response whose OPT record has these options, and these flags.
EventBuilder with_options(const std::string& options, const std::string& flags = std::string(2, '\0')) {
    using namespace std::string_literals;
    EventBuilder builder;
    builder.wire("\x12\x34\x81\x80\0\0\0\0\0\0\0\1\0\0\x29\4\xd0\0\0"s + flags +
                 static_cast<char>(options.size() >> 8) + static_cast<char>(options.size()) + options);
    return builder;
}

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
    CHECK(text.ends_with("\n;; malformed: name breaks off\n"));
}

TEST_CASE("all options and flags of EDNS are shown, as dnstap-read calls them") {
    using namespace std::string_literals;
    EventBuilder builder = with_options(
        "\xfd\xe9\0\4\0\xff\"|\0\x0e\0\4\x4f\x66\x4a\x5c\0\x0b\0\0\0\x0b\0\2\0\x64\0\5\0\1\x0d"s, "\x7f\xff");
    CHECK(render(DigOptions{}, builder.build())
              .ends_with("; EDNS: version: 0, flags: co; MBZ: 0x3fff, udp: 1232\n"
                         "; OPT=65001: 00 ff 22 7c (\"\\000\\255\"|\")\n"
                         "; KEY-TAG: 20326, 19036\n; TCP-KEEPALIVE:\n; TCP-KEEPALIVE: 10.0 secs\n"
                         "; OPT=5: 0d (\"\\013\")\n"));
    const std::string yaml = render(YamlOptions{}, builder.build());
    CHECK(yaml.find("        flags: co\n        MBZ: 0x3fff\n        udp: 1232\n"
                    "        OPT=65001: '00 ff 22 7c (\"\\000\\255\"|\")'\n        KEY-TAG: '20326, 19036'\n"
                    "        TCP-KEEPALIVE:\n        # again TCP-KEEPALIVE: 10.0 secs\n") !=
          std::string::npos);
    CHECK(render(JsonOptions{}, builder.build())
              .find("\"do\":false,\"co\":true,\"options\":[{\"code\":65001,\"data\":\"00ff227c\"},"
                    "{\"code\":14,\"data\":\"4f664a5c\"},{\"code\":11,\"data\":\"\"},"
                    "{\"code\":11,\"data\":\"0064\"},{\"code\":5,\"data\":\"0d\"}]}") != std::string::npos);
}

TEST_CASE("of other options 8 are shown, and 64 octets of each, and more is said to be there") {
    std::string options;
    for (int i = 0; i < 30; ++i) options += std::string("\xfd\xe9\0\x50", 4) + std::string(80, '\'');
    EventBuilder builder = with_options(options);
    const std::string dig = render(DigOptions{}, builder.build());
    CHECK(dig.find(", the first of 80 bytes\n;; 22 more options are not shown\n") != std::string::npos);
    CHECK(render(YamlOptions{}, builder.build()).find("        # 22 more options are not shown\n") !=
          std::string::npos);
    const std::string json = render(JsonOptions{}, builder.build());
    CHECK(json.find("\"clipped\":true") != std::string::npos);
    CHECK(json.size() < 2'000);
}

TEST_CASE("data of no length is told by type as any other, but where an update means none") {
    EventBuilder builder;
    builder.answer({"a", "test"}, 65'401, "");
    CHECK(render(DigOptions{}, builder.build()).find("TYPE65401 \\# 0\n") != std::string::npos);
    CHECK(render(YamlOptions{}, builder.build()).find("- 'a.test. 300 IN TYPE65401 \\# 0'\n") !=
          std::string::npos);
    using namespace std::string_literals;
    builder.wire("\x12\x34\x28\0\0\0\0\1\0\0\0\0\1a\0\0\xff\0\xff\0\0\0\0\0\0"s);
    CHECK(render(DigOptions{}, builder.build()).find(" ANY     ANY\n") != std::string::npos);
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
        RecordBuffer records(Framing::none, nullptr, RecordText::lines);
        make_encoder(format)->encode(large.build(), records);
        CHECK(records.cut_counts()[static_cast<std::size_t>(CutField::answers)] == 1);
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

TEST_CASE("dnstap with carry_id has the event's id, as json shows it, behind the frame in extra") {
    EventBuilder builder;
    const std::string frame("\x0A\x01x", 3);
    builder.event().frame = {reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size()};
    builder.event().extra = "rack 7";
    builder.event().id = {0xabc, 0x1f};
    const std::string id = "0000000000000abc000000000000001f";
    CHECK(render(JsonOptions{}, builder.build()).find("\"id\":\"" + id + "\"") != std::string::npos);
    CHECK(render(DnstapOptions{true}, builder.build()) == frame + "\x1A\x27" + id + ";rack 7");
}

TEST_CASE("formats that pass the frame's bytes on are known, so that privacy can refuse them") {
    for (const std::string_view name : format_names()) {
        CAPTURE(name);
        CHECK(passes_frame_on(*default_format(name)) == (name == "dnstap" || name == "hex"));
    }
}

}  // namespace tapferry::test
