#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "encoders/event_fields.h"
#include "proto/decoder.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

std::vector<std::string> close(Encoder& encoder) {
    RecordBuffer records;
    encoder.close(records);
    std::vector<std::string> lines;
    for (const Record& record : records.records()) lines.emplace_back(records.content(record));
    return lines;
}

// A response that came `milliseconds` after its query.
EventBuilder answered(const Labels& name, unsigned milliseconds) {
    EventBuilder builder;
    builder.question(name);
    builder.event().registered_domain = "example.test";
    builder.event().query_time = {1'795'209'822, 0};
    builder.event().response_time = {1'795'209'822 + milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    builder.event().time = *builder.event().response_time;
    return builder;
}

}  // namespace

TEST_CASE("a row of a summary has its group, its count, times, bytes, distinct counts and latencies") {
    const auto encoder = make_encoder(SummaryOptions{});
    RecordBuffer records;
    for (const unsigned milliseconds : {1U, 2U, 3000U})
        encoder->encode(answered({std::to_string(milliseconds), "example", "test"}, milliseconds).build(),
                        records);
    CHECK(records.empty());
    CHECK(
        close(*encoder) ==
        std::vector<std::string>{
            "{\"window_start\":\"2026-11-20T21:23:00Z\",\"window_end\":\"2026-11-20T21:24:00Z\",\"id\":"
            "\"0123456789abcdef000000000000002a-63509e064db89f1dee4cff91017a1b9d\",\"src\":\"198.51.100.7\","
            "\"registered_domain\":\"example.test\",\"qtype\":\"A\",\"rcode\":\"NOERROR\",\"count\":3,"
            "\"first\":\"2026-11-20T21:23:42.001000Z\",\"last\":\"2026-11-20T21:23:45.000000Z\",\"bytes\":99,"
            "\"distinct_names\":3,\"distinct_clients\":1,\"latency_count\":3,\"latency_zero\":0,"
            "\"latency_p50\":0.002000000,\"latency_p95\":3.000000000,\"latency_p99\":3.000000000,\"schema\":"
            "\"tapferry-summary/1\"}"});
}

TEST_CASE("a row tells the share that is kept and the labels that all events of its window have") {
    const auto encoder = make_encoder(SummaryOptions{.group_by = {"qname"}});
    RecordBuffer records;
    EventBuilder builder;
    const Label listed[] = {{"list", "bad"}, {"site", "a\"b"}};
    const Label unlisted[] = {{"site", "a\"b"}};
    builder.event().sample_rate = 0.25;
    builder.event().labels = listed;
    encoder->encode(builder.build(), records);
    builder.event().labels = unlisted;
    encoder->encode(builder.build(), records);
    auto lines = close(*encoder);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find(",\"sample_rate\":0.25,\"labels\":{\"site\":\"a\\\"b\"},\"schema\"") !=
          std::string::npos);
    // A new window begins anew.
    builder.event().sample_rate = 1;
    builder.event().labels = {};
    encoder->encode(builder.build(), records);
    lines = close(*encoder);
    REQUIRE(lines.size() == 1);
    CHECK_FALSE(read_json(lines[0]).HasMember("labels"));
    CHECK_FALSE(read_json(lines[0]).HasMember("sample_rate"));
    builder.event().labels = unlisted;
    encoder->encode(builder.build(), records);
    lines = close(*encoder);
    REQUIRE(lines.size() == 1);
    CHECK(read_json(lines[0]).HasMember("labels"));
    const Label elsewhere[] = {{"site", "b"}};
    for (const auto& labels : {unlisted, elsewhere}) {
        builder.event().labels = {labels, 1};
        encoder->encode(builder.build(), records);
    }
    lines = close(*encoder);
    REQUIRE(lines.size() == 1);
    CHECK_FALSE(read_json(lines[0]).HasMember("labels"));
}

TEST_CASE("a row has its first and its last time with all digits, in whatever order they came") {
    const auto encoder = make_encoder(SummaryOptions{.group_by = {}});
    RecordBuffer records;
    struct Seen {
        std::int64_t second;
        std::uint8_t digits;
    };
    for (const Seen& seen : {Seen{50, 6}, Seen{20, 9}, Seen{90, 3}, Seen{60, 0}}) {
        EventBuilder builder;
        builder.event().id = {5, static_cast<std::uint64_t>(seen.second)};
        builder.event().time = {seen.second, 123'456'789};
        builder.event().time_digits = seen.digits;
        encoder->encode(builder.build(), records);
    }
    const auto row = read_json(close(*encoder).front());
    CHECK(std::string(row["first"].GetString()) == "1970-01-01T00:00:20.123456789Z");
    CHECK(std::string(row["last"].GetString()) == "1970-01-01T00:01:30.123456789Z");
    CHECK(std::string(row["id"].GetString()).starts_with("00000000000000050000000000000032-"));
    // The next window is named after its own first event.
    EventBuilder builder;
    builder.event().id = {5, 0x99};
    encoder->encode(builder.build(), records);
    const auto next = read_json(close(*encoder).front());
    CHECK(std::string(next["id"].GetString()).starts_with("00000000000000050000000000000099-"));
}

TEST_CASE("events are one group when they agree in the fields, and what they have not is absent") {
    const auto encoder = make_encoder(SummaryOptions{.group_by = {"qname", "src_port", "flags"}});
    RecordBuffer records;
    EventBuilder builder;
    encoder->encode(builder.build(), records);
    builder.event().response.port = 5353;
    encoder->encode(builder.build(), records);
    builder.event().query.port = 0;
    encoder->encode(builder.build(), records);
    const auto lines = close(*encoder);
    REQUIRE(lines.size() == 2);
    const auto both = read_json(lines[0]);
    CHECK(both["count"].GetInt() == 2);
    CHECK(both["src_port"].GetInt() == 40'000);
    CHECK(std::string(both["flags"].GetString()) == "RD+RA");
    CHECK_FALSE(read_json(lines[1]).HasMember("src_port"));
    CHECK_FALSE(both.HasMember("latency_p50"));
}

TEST_CASE("no fields make one row of everything, and no member stands twice") {
    const auto rows = [](std::vector<std::string> fields) {
        EventBuilder builder;
        return render_all(SummaryOptions{.group_by = std::move(fields)}, builder.build());
    };
    CHECK(rows({}).size() == 1);
    const auto by_bytes = rows({"bytes"});
    REQUIRE(by_bytes.size() == 1);
    CHECK(by_bytes[0].find("\"bytes\"") == by_bytes[0].rfind("\"bytes\""));
}

TEST_CASE("what rows are grouped by stands once, as the group, and no text of it is longer than 1,024") {
    const Label labels[] = {{"site", "fra1"}};
    EventBuilder builder;
    builder.event().sample_rate = 0.25;
    builder.event().labels = labels;
    std::string strings;
    for (int i = 0; i < 8; ++i) strings += character_string(std::string(250, 'x'));
    builder.answer({"www", "example", "test"}, 16, strings);
    const std::string row =
        render(SummaryOptions{.group_by = {"sample_rate", "labels", "bytes", "answers"}}, builder.build());
    for (const std::string_view member : {"\"sample_rate\":", "\"labels\":", "\"bytes\":"}) {
        CAPTURE(member);
        CHECK(row.find(member) != std::string::npos);
        CHECK(row.find(member) == row.rfind(member));
    }
    CHECK(read_json(row)["answers"].GetStringLength() == 1024);
}

TEST_CASE("the bounds of a window are written with milliseconds where it has them") {
    EventBuilder builder;
    for (const auto& [window, start] :
         {std::pair{std::chrono::milliseconds(1500), "2026-11-20T21:23:42.000Z"},
          std::pair{std::chrono::milliseconds(2000), "2026-11-20T21:23:42Z"}}) {
        const auto row = read_json(render(SummaryOptions{.window = window, .group_by = {}}, builder.build()));
        CHECK(std::string(row["window_start"].GetString()) == start);
    }
}

TEST_CASE("an event without a name or a client adds none to the distinct ones") {
    EventBuilder builder;
    builder.no_question();
    builder.event().query.address = {};
    const auto row = read_json(render(SummaryOptions{.group_by = {}}, builder.build()));
    CHECK(row["distinct_names"].GetInt() == 0);
    CHECK(row["distinct_clients"].GetInt() == 0);
}

TEST_CASE("events are grouped by one label, which stands as the group and not once more") {
    const auto encoder = make_encoder(SummaryOptions{.group_by = {"labels.list"}});
    RecordBuffer records;
    const Label bad[] = {{"list", "bad"}, {"site", "fra1"}};
    for (int i = 0; i < 3; ++i) {
        EventBuilder builder;
        if (i < 2)
            builder.event().labels = bad;
        else
            builder.event().labels = std::span(bad).subspan(1);
        encoder->encode(builder.build(), records);
    }
    const auto rows = close(*encoder);
    REQUIRE(rows.size() == 2);
    const auto listed = read_json(rows[0]);
    CHECK(listed["labels.list"] == "bad");
    CHECK(listed["count"].GetInt() == 2);
    CHECK(listed["labels"].MemberCount() == 1);
    CHECK(listed["labels"]["site"] == "fra1");
    const auto others = read_json(rows[1]);
    CHECK(!others.HasMember("labels.list"));
    CHECK(others["count"].GetInt() == 1);
}

TEST_CASE("fields that cannot be grouped by are named") {
    CHECK(check_group_by({"src", "qname"}).empty());
    std::vector<std::string> many;
    for (const EventField& field : event_fields().subspan(10, 17)) many.emplace_back(field.name);
    CHECK(check_group_by(many) == "more than 16 fields");
    many.pop_back();
    CHECK(check_group_by(many).empty());
    CHECK(check_group_by({"src", "colour"}) == "unknown field \"colour\"; tapferry-filter(7) lists them");
    CHECK(check_group_by({"qnam"}) == "unknown field \"qnam\", did you mean \"qname\"?");
    CHECK(check_group_by({"id"}) == "each event has an id of its own");
    CHECK(check_group_by({"src", "qname", "src"}) == "\"src\" is there twice");
    CHECK(check_group_by({"edns.do", "do"}) == "\"do\" is there twice");
    CHECK(check_group_by({"labels.list", "labels.list"}) == "\"labels.list\" is there twice");
    CHECK(check_group_by({"labels."}).starts_with("unknown field"));
    CHECK_THROWS_AS(make_encoder(SummaryOptions{.group_by = {"colour"}}), std::invalid_argument);
}

TEST_CASE("a window is given again exactly as it was, also by another encoder") {
    const auto frames = read_capture("bind-mix-head");
    const SummaryOptions options{.group_by = {"qtype", "rcode", "type"}};
    const auto summarize = [&](Encoder& encoder) {
        RecordBuffer records;
        Decoder decoder;
        Event event;
        std::uint64_t sequence = 0;
        for (const Frame& frame : frames) {
            const FrameOrigin origin{{1, ++sequence}, {1'795'209'600, 0}, "bind"};
            if (decoder.decode(frame, origin, event) == DecodeStatus::decoded) encoder.encode(event, records);
        }
        return close(encoder);
    };
    const auto one = make_encoder(options);
    const auto other = make_encoder(options);
    const auto lines = summarize(*one);
    CHECK(lines.size() > 5);
    CHECK(summarize(*one) == lines);
    CHECK(summarize(*other) == lines);
    std::uint64_t events = 0;
    for (const std::string& line : lines) events += read_json(line)["count"].GetUint64();
    CHECK(events == frames.size());
}

TEST_CASE("groups with much in them fill a table before its rows do") {
    const auto encoder = make_encoder(SummaryOptions{.max_rows = 100, .group_by = {"qtype"}});
    RecordBuffer records;
    std::uint16_t type = 1;
    for (; !encoder->full(); ++type) {
        REQUIRE(type < 50);
        for (int i = 0; i < 65; ++i) {
            EventBuilder builder = answered({std::to_string(i), "example", "test"}, 5);
            builder.question({std::to_string(i), "example", "test"}, type);
            encoder->encode(builder.build(), records);
        }
    }
    CHECK(type > 5);
    CHECK(close(*encoder).size() == type - 1);
    CHECK_FALSE(encoder->full());
}

TEST_CASE("whatever has filled a table goes with its window") {
    for (const bool by_names : {true, false}) {  // or by latencies
        CAPTURE(by_names);
        const auto encoder = make_encoder(SummaryOptions{.max_rows = 100, .group_by = {"qtype"}});
        RecordBuffer records;
        std::uint16_t type = 1;
        for (; !encoder->full(); ++type) {
            REQUIRE(type < 100);
            for (unsigned i = 1; i <= 65; ++i) {
                EventBuilder builder = by_names ? EventBuilder() : answered({}, i);
                const std::string name = by_names ? std::to_string(i) : "www";
                encoder->encode(builder.question({name, "example", "test"}, type).build(), records);
            }
        }
        CHECK(close(*encoder).size() == type - 1);
        CHECK_FALSE(encoder->full());
    }
}

TEST_CASE("who told the events of a window is forgotten with it") {
    const auto encoder = make_encoder(SummaryOptions{.max_rows = 100, .group_by = {}});
    RecordBuffer records;
    for (int window = 0; window < 1000; ++window) {
        EventBuilder builder;
        const std::string identity = std::string(200, 'x') + std::to_string(window);
        builder.event().identity = identity;
        encoder->encode(builder.build(), records);
        REQUIRE_FALSE(encoder->full());
        CHECK(close(*encoder).size() == 1);
    }
}

TEST_CASE(
    "a response that took less than a step of the server's clock is one of those that percentiles are of") {
    const auto encoder = make_encoder(SummaryOptions{.group_by = {}});
    RecordBuffer records;
    for (const unsigned milliseconds : {0U, 0U, 0U, 4U})
        encoder->encode(answered({"www", "example", "test"}, milliseconds).build(), records);
    EventBuilder query = answered({"www", "example", "test"}, 0);
    query.type(MessageType::client_query);
    query.event().is_response = false;
    encoder->encode(query.build(), records);
    const auto lines = close(*encoder);
    REQUIRE(lines.size() == 1);
    const auto row = read_json(lines[0]);
    CHECK(row["latency_count"].GetInt() == 4);
    CHECK(row["latency_zero"].GetInt() == 3);
    CHECK(row["latency_p50"].GetDouble() == 0);
    CHECK(row["latency_p99"].GetDouble() == 0.004);
}

}  // namespace tapferry::test
