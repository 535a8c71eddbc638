// Whatever bytes come in names, RDATA and opaque fields: one line an event, printable ASCII, and exactly the
// fields that the encoder wrote.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "encoders/bounds.h"
#include "proto/decoder.h"
#include "tests/encoders/cef_reader.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/json_reader.h"
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
          policy(hostile.bytes(1 + hostile.below(40))) {
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
        if (hostile.below(4) == 0) {
            event.policy = {
                .present = true, .type = policy, .rule = policy, .action = 2, .match = 2, .value = policy};
        }
    }

    std::string identity;
    std::string version;
    std::string extra;
    std::string policy;
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

}  // namespace

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
            "cn2Label cn2 cn3Label cn3 msg flexString1Label flexString1 ";
        std::size_t place = 0;
        for (const std::string& key : cef.keys()) {
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
        header->open(event, out);
        REQUIRE(is_one_printable_line(out.view()));
        REQUIRE(count_of(out.view(), " ") == 8);
    });
}

TEST_CASE("no frame of any capture gives a byte that may not be sent or breaks the schema") {
    const JsonSchema schema;
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
            const std::string cef = render(CefOptions{}, event);
            REQUIRE(is_one_printable_line(cef));
            REQUIRE(read_cef(cef)["externalId"].size() == 32);
            const std::string text = render(TextOptions{}, event);
            REQUIRE(is_one_printable_line(text));
            REQUIRE(count_of(text, " ") == 8);
            for (const std::string& line : render_all(PassivednsOptions{.errors = true}, event)) {
                REQUIRE(is_one_printable_line(line));
                REQUIRE(count_of(line, "||") == 8);
            }
        }
        CHECK(sequence > 0);
    }
}

}  // namespace tapferry::test
