#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "encoders/bounds.h"
#include "proto/decoder.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);
const std::string address_b("\xC0\x00\x02\x0C", 4);
const Labels www{"www", "example", "test"};
using Client = PassivednsOptions::Client;

EventBuilder response(const std::string& address, std::uint32_t ttl, std::int64_t second) {
    EventBuilder builder;
    builder.type(MessageType::resolver_response).zone({"example", "test"}).answer(www, 1, address, ttl);
    builder.event().time.seconds = second;
    return builder;
}

std::vector<std::string> lines_of(const RecordBuffer& records) {
    std::vector<std::string> lines;
    for (const Record& record : records.records()) lines.emplace_back(records.content(record));
    return lines;
}

std::vector<std::string> columns_of(const std::string& line) {
    std::vector<std::string> columns(1);
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (line.compare(at, 2, "||") == 0) {
            columns.emplace_back();
            ++at;
        } else {
            columns.back().push_back(line[at]);
        }
    }
    return columns;
}

struct Told {
    std::string time;
    std::uint64_t ttl = 0;
    std::uint64_t count = 0;
    friend bool operator==(const Told&, const Told&) = default;
};

// What the lines of single records add up to, by server, class, name, type and data. The single lines of a
// large answer end at 32 KiB.
std::map<std::string, Told> add_up(const std::vector<std::string>& lines) {
    std::map<std::string, Told> sums;
    for (const std::string& line : lines) {
        const auto columns = columns_of(line);
        REQUIRE(columns.size() == 9);
        if (columns[4].ends_with(".big.test.")) continue;
        Told& sum =
            sums[columns[2] + "|" + columns[3] + "|" + columns[4] + "|" + columns[5] + "|" + columns[6]];
        sum.time = std::max(sum.time, columns[0]);
        sum.ttl = std::max<std::uint64_t>(sum.ttl, std::stoull(columns[7]));
        sum.count += std::stoull(columns[8]);
    }
    return sums;
}

// Whether the event counts as one that lacks answers: the same again, another one, and the rows at the end
// change nothing.
std::uint64_t cut_answers(const FormatOptions& options, const Event& event) {
    const auto encoder = make_encoder(options);
    RecordBuffer records;
    const auto cut = [&records] { return records.cut_counts()[static_cast<std::size_t>(CutField::answers)]; };
    encoder->encode(event, records);
    const std::uint64_t once = cut();
    encoder->encode(event, records);
    CHECK(cut() == 2 * once);
    EventBuilder query;  // tells passive DNS nothing
    encoder->encode(query.build(), records);
    encoder->encode(response(address_a, 60, 1).build(), records);
    encoder->close(records);
    CHECK(cut() == 2 * once);
    CHECK(records.cut_events() == cut());
    records.clear();
    CHECK(records.cut_counts() == CutCounts{});
    CHECK(records.cut_events() == 0);
    return once;
}

}  // namespace

TEST_CASE(
    "a row has the count, the highest TTL and the latest time of its events, in the order of the first") {
    const auto encoder = make_encoder(PassivednsOptions{});
    RecordBuffer records;
    encoder->encode(response(address_a, 60, 1'795'209'830).build(), records);
    encoder->encode(response(address_b, 5, 1'795'209'831).build(), records);
    encoder->encode(response(address_a, 300, 1'795'209'840).build(), records);
    encoder->encode(response(address_a, 120, 1'795'209'835).build(), records);
    CHECK(records.empty());
    encoder->close(records);
    CHECK(lines_of(records) ==
          std::vector<std::string>{
              "1795209840.143733||198.51.100.7||192.0.2.53||IN||www.example.test.||A||192.0.2.11||300||3",
              "1795209831.143733||198.51.100.7||192.0.2.53||IN||www.example.test.||A||192.0.2.12||5||1"});
}

TEST_CASE("what differs in server, name, type or data is a row of its own") {
    const auto encoder = make_encoder(PassivednsOptions{});
    RecordBuffer records;
    EventBuilder builder = response(address_a, 60, 1);
    builder
        .answer({"WWW", "Example", "test"}, 1, address_a)  // the same
        .answer({"w", "example", "test"}, 1, address_a)
        .answer(www, 28, std::string(16, 'x'));
    encoder->encode(builder.build(), records);
    builder.event().response.address.bytes[3] = 9;
    encoder->encode(builder.build(), records);
    encoder->close(records);
    CHECK(records.size() == 6);
}

TEST_CASE("the client is the first one's, the last one's or nobody's") {
    for (const auto& [client, column] :
         {std::pair{Client::first, "||198.51.100.7||"}, std::pair{Client::last, "||::||"},
          std::pair{Client::none, "||-||"}}) {
        const auto encoder = make_encoder(PassivednsOptions{.client = client});
        RecordBuffer records;
        EventBuilder builder = response(address_a, 60, 1);
        builder.event().response.address = {{0x20, 1}, 16};
        encoder->encode(builder.build(), records);
        builder.event().query.address = {};
        encoder->encode(builder.build(), records);
        encoder->close(records);
        REQUIRE(records.size() == 1);
        CHECK(lines_of(records)[0].find(column) != std::string::npos);
    }
}

TEST_CASE("rows are named after the first event of the window and what they have in common") {
    const auto encoder = make_encoder(PassivednsOptions{});
    const auto names = [&](std::uint64_t first_sequence) {
        RecordBuffer records;
        EventBuilder query;  // feeds no row, and begins the window
        query.event().id = {5, first_sequence};
        encoder->encode(query.build(), records);
        encoder->encode(response(address_a, 60, 1).build(), records);
        encoder->encode(response(address_b, 60, 1).build(), records);
        encoder->close(records);
        std::vector<std::string> found;
        for (const Record& record : records.records()) {
            TextBuffer name;
            append_record_id(name, record);
            found.emplace_back(name.view());
        }
        REQUIRE(found.size() == 2);
        return found;
    };
    const auto first = names(0x10);
    const auto second = names(0x20);
    CHECK(first[0].substr(0, 33) == "00000000000000050000000000000010-");
    CHECK(second[0].substr(0, 33) == "00000000000000050000000000000020-");
    CHECK(first[0].substr(33) == second[0].substr(33));
    CHECK(first[0] != first[1]);
    CHECK(names(0x10) == first);
}

TEST_CASE("an envelope around a row shows the sensor and time of its events, though they are gone") {
    const auto header = make_syslog_header({});
    const auto encoder = make_encoder(PassivednsOptions{});
    RecordBuffer records(Framing::none, header.get());
    {
        EventBuilder builder = response(address_a, 60, 1'795'209'830);
        const std::string identity = "an identity that is longer than any small string can be";
        builder.event().identity = identity;
        encoder->encode(builder.build(), records);
    }
    encoder->close(records);
    CHECK(lines_of(records)[0].starts_with(
        "<134>1 2026-11-20T21:23:50.143733Z an_identity_that_is_longer_than_any_small_string_can_be tapferry "
        "- DNS-UPSTREAM-RESPONSE - 1795209830.143733||"));
}

TEST_CASE("errors are counted by name and type when they are asked for") {
    const auto encoder = make_encoder(PassivednsOptions{.errors = true});
    RecordBuffer records;
    EventBuilder builder;
    builder.type(MessageType::resolver_response).rcode(3);
    for (int i = 0; i < 3; ++i) encoder->encode(builder.build(), records);
    encoder->close(records);
    REQUIRE(records.size() == 1);
    CHECK(lines_of(records)[0].ends_with("||www.example.test.||A||NXDOMAIN||0||3"));
}

TEST_CASE("the rows of every capture are what its single lines add up to") {
    for (const char* name : {"bind-auth", "bind-fwd", "bind-rec", "bind-mix-head", "unbound", "knot", "nsd",
                             "dnsdist", "kresd"}) {
        CAPTURE(name);
        const auto each =
            make_encoder(PassivednsOptions{.mode = PassivednsOptions::Mode::each, .errors = true});
        const auto rows = make_encoder(PassivednsOptions{.errors = true});
        RecordBuffer single;
        RecordBuffer summed;
        Decoder decoder;
        Event event;
        std::uint64_t sequence = 0;
        for (const Frame& frame : read_capture(name)) {
            const FrameOrigin origin{{1, ++sequence}, {1'795'209'600, 0}, name};
            if (decoder.decode(frame, origin, event) != DecodeStatus::decoded) continue;
            each->encode(event, single);
            rows->encode(event, summed);
        }
        rows->close(summed);
        const auto sums = add_up(lines_of(summed));
        CHECK(sums == add_up(lines_of(single)));
        CHECK_FALSE(sums.empty());
    }
}

TEST_CASE("a full table says so, and keeps what comes before its window is closed") {
    const auto encoder = make_encoder(PassivednsOptions{.max_rows = 10});
    RecordBuffer records;
    for (char i = 0; i < 10; ++i) {
        CHECK_FALSE(encoder->full());
        encoder->encode(response({'\1', '\2', '\3', i}, 60, 1).build(), records);
    }
    CHECK(encoder->full());
    encoder->encode(response({'\1', '\2', '\3', '\77'}, 60, 1).build(), records);
    encoder->close(records);
    CHECK(records.size() == 11);
    CHECK_FALSE(encoder->full());
    records.clear();
    encoder->close(records);
    CHECK(records.empty());
}

TEST_CASE("long data fills a table before its rows do") {
    const auto encoder = make_encoder(PassivednsOptions{.max_rows = 1000});
    RecordBuffer records;
    int events = 0;
    for (; !encoder->full(); ++events) {
        EventBuilder builder;
        builder.type(MessageType::auth_response);
        std::string text;
        for (int i = 0; i < 8; ++i)
            text += character_string(std::string(250, static_cast<char>('a' + i)) + std::to_string(events));
        builder.answer(www, 16, text);
        encoder->encode(builder.build(), records);
        REQUIRE(events < 1000);
    }
    encoder->close(records);
    CHECK(records.bytes() < 1000 * 256);
}

TEST_CASE("an event adds rows for all its records, unless they are made to be long") {
    EventBuilder builder;
    builder.type(MessageType::auth_response);
    for (int i = 0; i < 1000; ++i)
        builder.answer(www, 1, {'\1', '\2', static_cast<char>(i / 256), static_cast<char>(i % 256)});
    CHECK(render_all(PassivednsOptions{}, builder.build()).size() == 1000);
    CHECK(render_all(CofOptions{}, builder.build()).size() == 1000);
    EventBuilder longer;
    const Labels name(4, std::string(62, '\xFF'));  // four characters for each byte
    longer.type(MessageType::auth_response).question(name);
    for (int i = 0; i < 84; ++i) {
        const std::string number = std::to_string(1000 + i);
        longer.answer(
            name, 16,
            character_string(number + std::string(251, '\n')) + character_string(std::string(255, '\n')));
    }
    for (const auto& options : {FormatOptions(PassivednsOptions{}), FormatOptions(CofOptions{})}) {
        const auto rows = render_all(options, longer.build());
        CHECK(rows.size() > 55);
        CHECK(rows.size() < 70);
        CHECK(cut_answers(options, longer.build()) == 1);
        CHECK(cut_answers(options, builder.build()) == 0);
    }
}

TEST_CASE("who told the events of a window is forgotten with its rows") {
    for (const FormatOptions& options :
         {FormatOptions(PassivednsOptions{.max_rows = 100}), FormatOptions(CofOptions{.max_rows = 100})}) {
        const auto encoder = make_encoder(options);
        RecordBuffer records;
        for (int window = 0; window < 200; ++window) {
            EventBuilder builder = response(address_a, 60, 1);
            const std::string identity = std::string(200, 'x') + std::to_string(window);
            builder.event().identity = identity;
            encoder->encode(builder.build(), records);
            REQUIRE_FALSE(encoder->full());
            encoder->close(records);
        }
        CHECK(records.size() == 200);
    }
}

TEST_CASE(
    "an event of which not all answers are looked at counts as shortened once, whatever is told of it") {
    const PassivednsOptions each{.mode = PassivednsOptions::Mode::each};
    for (const FormatOptions& options :
         {FormatOptions(PassivednsOptions{}), FormatOptions(each), FormatOptions(CofOptions{})}) {
        EventBuilder builder = response(address_a, 60, 1);
        for (std::size_t i = 1; i < max_examined_answers; ++i) builder.answer({"other"}, 1, address_a);
        CHECK(cut_answers(options, builder.build()) == 0);
        builder.answer(www, 1, address_b);
        CHECK(cut_answers(options, builder.build()) == 1);
        CHECK(render_all(options, builder.build()).size() == 1);
        CHECK(cut_answers(options, builder.rcode(2).build()) == 0);  // its answers would not be told
    }
}

}  // namespace tapferry::test
