// Whatever bytes come in names, RDATA and identities: a row is one printable line of exactly its fields, and
// nothing that a stranger sends makes two things one row, or one thing two.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "encoders/bounds.h"
#include "proto/dns_text.h"
#include "tests/encoders/hostile_events.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

// Few different bytes, so that texts fall on each other wherever a separator could be forged.
constexpr std::string_view separators("|\n\",:.\\ a\0\xFF", 11);

Labels short_name(Hostile& stranger) {
    Labels labels(1 + stranger.below(2));
    for (std::string& label : labels) label = stranger.bytes(1 + stranger.below(3));
    return labels;
}

EventBuilder event_of(Hostile& stranger) {
    constexpr std::uint16_t types[] = {1, 5, 16, 15, 99, 65280};
    const Labels name = short_name(stranger);
    EventBuilder builder;
    builder.type(MessageType::auth_response).question(name);
    for (std::size_t i = 1 + stranger.below(3); i > 0; --i) {
        const std::uint16_t type = types[stranger.below(std::size(types))];
        std::string rdata = stranger.bytes(type == 1 ? 4 : 1 + stranger.below(4));
        if (type == 16 || type == 99) rdata = character_string(rdata) + character_string(stranger.bytes(1));
        if (type == 5) rdata = wire_name(short_name(stranger));
        builder.answer(name, type, rdata);
    }
    return builder;
}

std::vector<std::string> lines_of(const RecordBuffer& records) {
    std::vector<std::string> lines;
    for (const Record& record : records.records()) {
        const std::string_view line = records.content(record);
        REQUIRE_FALSE(record.invalid);
        REQUIRE(is_one_printable_line(line));
        lines.emplace_back(line);
    }
    return lines;
}

std::string text_of(const Event& event, const dns::ResourceRecord& record) {
    TextBuffer text;
    append_name(text, event.dns.wire, record.owner);
    text.push_back('\n');
    append_rdata(text, event.dns.wire, record, NameEnd::plain, max_rdata_text);
    return std::to_string(record.type) + '\n' + std::string(text.view());
}

}  // namespace

TEST_CASE("things are one row exactly when name, type, data and sensor are the same") {
    Hostile stranger(1, separators);
    const auto passivedns = make_encoder(PassivednsOptions{});
    const auto cof = make_encoder(CofOptions{});
    RecordBuffer lines;
    RecordBuffer rows;
    std::set<std::string> things;
    std::set<std::string> things_of_sensors;
    for (int round = 0; round < 3000; ++round) {
        EventBuilder builder = event_of(stranger);
        const std::string identity = stranger.bytes(stranger.below(3));
        builder.event().identity = identity;
        const Event& event = builder.build();
        passivedns->encode(event, lines);
        cof->encode(event, rows);
        // Within the chain that begins with the name asked everything belongs.
        for (const dns::ResourceRecord& record : event.dns.answers) {
            const std::string thing = text_of(event, record);
            things.insert(thing);
            TextBuffer sensor;
            append_opaque(sensor, identity);
            things_of_sensors.insert(thing + '\n' + std::string(sensor.view()));
        }
    }
    passivedns->close(lines);
    cof->close(rows);
    for (const std::string& line : lines_of(lines)) {
        std::size_t separators = 0;
        for (std::size_t at = 0; (at = line.find("||", at)) != std::string::npos; at += 2) ++separators;
        REQUIRE(separators == 8);
        REQUIRE(line.find("|||") == std::string::npos);
    }
    for (const std::string& line : lines_of(rows)) {
        const auto row = read_json(line);
        REQUIRE(row.MemberCount() == (row.HasMember("sensor_id") ? 7U : 6U));
        REQUIRE(row["rdata"].Size() == 1);
    }
    CHECK(lines.size() == things.size());
    CHECK(rows.size() == things_of_sensors.size());
    CHECK(things.size() > 1000);
}

TEST_CASE("no bytes of an event add or change a member of a summary") {
    Hostile stranger(2, separators);
    const SummaryOptions options{.group_by = {"qname", "identity", "version", "extra", "answers"}};
    for (int round = 0; round < 500; ++round) {
        EventBuilder builder = event_of(stranger);
        const std::string bytes = stranger.bytes(40);
        builder.event().identity = builder.event().version = builder.event().extra = bytes;
        const Event& event = builder.build();
        const auto lines = render_all(options, event);
        REQUIRE(lines.size() == 1);
        const auto row = read_json(lines[0]);
        REQUIRE(row.MemberCount() == 5 + 10);
        TextBuffer identity;
        append_opaque(identity, bytes);
        REQUIRE(row["identity"].GetString() == std::string(identity.view()));
        REQUIRE(row["qname"].GetString() == std::string(event.qname));
    }
}

TEST_CASE("the longest names and the longest data stay whole in a row") {
    EventBuilder builder;
    const Labels name(4, std::string(62, '\xFF'));  // 253 bytes, four characters each
    std::string text;
    for (int i = 0; i < 40; ++i) text += character_string(std::string(255, '\n'));
    builder.type(MessageType::auth_response).question(name).answer(name, 5, wire_name(name));
    builder.answer(name, 16, text).answer(name, 28, std::string(16, '\xFF'));
    const auto rows = render_all(PassivednsOptions{}, builder.build());
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].find(std::string(builder.build().qname) + ".||300||1") != std::string::npos);
    for (const std::string& row : rows) CHECK(row.size() < 4000);
    CHECK(render_all(CofOptions{}, builder.build()).size() == 3);
    const auto summary = read_json(render(SummaryOptions{.group_by = {"qname"}}, builder.build()));
    CHECK(summary["qname"].GetString() == std::string(builder.build().qname));
}

}  // namespace tapferry::test
