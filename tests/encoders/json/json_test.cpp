#include <doctest/doctest.h>

#include <string>

#include "encoders/bounds.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/json/json_reader.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);

rapidjson::Document json_of(const Event& event, const JsonOptions& options = {}) {
    return read_json(render(options, event));
}

}  // namespace

TEST_CASE("a response is written with the documented members in the documented order") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a);
    CHECK(
        render(JsonOptions{}, builder.build()) ==
        R"({"time":"2026-11-20T21:23:42.143733Z","id":"0123456789abcdef000000000000002a","type":"CLIENT_RESPONSE",)"
        R"("identity":"ns1.example","version":"BIND 9.18","src":"198.51.100.7","src_port":40000,"dst":"192.0.2.53",)"
        R"("dst_port":53,"protocol":"UDP","dns_id":4660,"opcode":"QUERY","flags":["RD","RA"],)"
        R"("qname":"www.example.test","qtype":"A","qclass":"IN","rcode":"NOERROR",)"
        R"("answers":[{"name":"www.example.test","type":"A","class":"IN","ttl":300,"data":"192.0.2.11"}],)"
        R"("answer_count":1,"bytes":66,"response_time":"2026-11-20T21:23:42.143733Z"})");
}

TEST_CASE("members come in the order of the schema") {
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 1, address_a).zone({"example", "test"});
    Event& event = builder.event();
    event.query_time = Timestamp{1'795'209'822, 0};
    event.time_source = TimeSource::agent;
    event.kind = EventKind::new_domain;
    event.input = "bind";
    event.extra = "x";
    event.http_protocol = HttpProtocol::http2;
    event.policy = {.present = true,
                    .type = "RPZ",
                    .rule = {},
                    .action = PolicyAction::nxdomain,
                    .match = PolicyMatch::qname,
                    .value = "v"};
    constexpr Label labels[] = {{"site", "fra1"}};
    event.labels = labels;
    event.query_place = event.response_place = {"DE", "Berlin", 64'500, "Example"};
    event.sample_rate = 0.5;
    builder.build();
    event.registered_domain = "example.test";
    const auto document = json_of(event, {.schema = true});
    const JsonSchema schema;
    CHECK(schema.fault_of(document) == "");
    auto place = schema.file()["properties"].MemberBegin();
    for (const auto& member : document.GetObject()) {
        while (place != schema.file()["properties"].MemberEnd() && place->name != member.name) ++place;
        CAPTURE(member.name.GetString());
        CHECK(place != schema.file()["properties"].MemberEnd());
    }
}

TEST_CASE("what is not known is left out: no null, no empty text") {
    EventBuilder builder;
    builder.type(MessageType::client_query).flags(0);
    Event& event = builder.event();
    event.query = event.response = {};
    event.identity = event.version = {};
    event.protocol = SocketProtocol::unknown;
    CHECK(
        render(JsonOptions{}, builder.build()) ==
        R"({"time":"2026-11-20T21:23:42.143733Z","id":"0123456789abcdef000000000000002a","type":"CLIENT_QUERY",)"
        R"("dns_id":4660,"opcode":"QUERY","qname":"www.example.test","qtype":"A","qclass":"IN","bytes":34,)"
        R"("query_time":"2026-11-20T21:23:42.143733Z"})");
}

TEST_CASE("an event without a DNS message has what the frame tells") {
    Event event;
    event.type = MessageType::client_query;
    event.type_number = 5;
    event.time_digits = 3;
    CHECK(
        render(JsonOptions{}, event) ==
        R"({"time":"1970-01-01T00:00:00.000Z","id":"00000000000000000000000000000000","type":"CLIENT_QUERY"})");
}

TEST_CASE("a message of less than a header is told as malformed, without made-up members") {
    EventBuilder builder;
    const auto document = json_of(builder.wire("abc").build());
    CHECK(document["bytes"].GetInt() == 3);
    CHECK(document["kind"] == "malformed");
    CHECK(document["malformed"].GetStringLength() > 0);
    for (const char* name : {"dns_id", "opcode", "flags", "rcode", "qname"}) {
        CAPTURE(name);
        CHECK_FALSE(document.HasMember(name));
    }
}

TEST_CASE("latency is seconds, only when both times are known and differ") {
    EventBuilder builder;
    builder.event().query_time = Timestamp{1'795'209'821, 999'999'000};
    CHECK(json_of(builder.build())["latency"].GetDouble() == 0.143734);
    builder.event().query_time = builder.event().response_time;
    CHECK_FALSE(json_of(builder.build()).HasMember("latency"));
    builder.event().query_time = Timestamp{1'795'209'900, 0};
    CHECK_FALSE(json_of(builder.build()).HasMember("latency"));
    builder.event().query_time = Timestamp{0, 0};
    CHECK_FALSE(json_of(builder.build()).HasMember("latency"));
}

TEST_CASE("EDNS is one object, with the client subnet and the extended errors") {
    EventBuilder builder;
    const std::string options(
        "\0\x08\0\x07\0\x01\x18\0\xC0\0\x02"
        "\0\x0F\0\x05\0\x12"
        "a\"b"
        "\0\x03\0\x02ns"
        "\0\x0A\0\x08"
        "cookie12"
        "\0\x0C\0\0",
        42);
    std::string wire("\x12\x34\x81\x80\0\1\0\0\0\0\0\1", 12);
    wire += wire_name({"a", "test"}) + std::string("\0\1\0\1", 4);
    wire += std::string("\0\0\x29\x04\xD0\0\0\x80\0\0", 10) + static_cast<char>(options.size()) + options;
    const auto document = json_of(builder.wire(wire).build());
    const auto& edns = document["edns"];
    CHECK(edns["version"].GetInt() == 0);
    CHECK(edns["udp_size"].GetInt() == 1232);
    CHECK(edns["do"].GetBool());
    CHECK(edns["client_subnet"] == "192.0.2.0/24");
    CHECK(edns["nsid"] == "ns");
    CHECK(edns["cookie_length"].GetInt() == 8);
    CHECK(edns["padding_length"].GetInt() == 0);
    CHECK(edns["ede"][0]["code"].GetInt() == 18);
    CHECK(edns["ede"][0]["text"] == "a\"b");
    CHECK(JsonSchema().fault_of(document) == "");
}

TEST_CASE("the additional section is shown by option only") {
    EventBuilder builder;
    std::string wire("\x12\x34\x81\x80\0\0\0\0\0\1\0\1", 12);
    const std::string record =
        wire_name({"ns", "test"}) + std::string("\0\1\0\1\0\0\1\x2C\0\4", 10) + address_a;
    builder.wire(wire + record + record);
    const auto plain = json_of(builder.build());
    CHECK(plain["authority"].Size() == 1);
    CHECK_FALSE(plain.HasMember("additional"));
    CHECK(json_of(builder.build(), {.additional = true})["additional"][0]["data"] == "192.0.2.11");
}

TEST_CASE("a response policy's rule is a name when it is one, and opaque text when it is not") {
    EventBuilder builder;
    const std::string rule = wire_name({"Bad", "rpz"});
    builder.event().policy = {.present = true,
                              .type = "RPZ",
                              .rule = rule,
                              .action = PolicyAction::nxdomain,
                              .match = PolicyMatch::qname,
                              .value = {}};
    const auto document = json_of(builder.build());
    CHECK(document["policy"]["rule"] == "bad.rpz");
    CHECK(document["policy"]["action"] == "NXDOMAIN");
    CHECK(document["policy"]["match"] == "QNAME");
    builder.event().policy.rule =
        "\x05"
        "ab";
    CHECK(json_of(builder.build())["policy"]["rule"] == "\\005ab");
    builder.event().policy = {};
    builder.event().policy.present = true;
    CHECK_FALSE(json_of(builder.build()).HasMember("policy"));
}

TEST_CASE("labels and the schema's name end every event") {
    EventBuilder builder;
    constexpr Label labels[] = {{"rack", "a\"1"}, {"site", "M\xC3\xBCnchen"}};
    builder.event().labels = labels;
    const std::string line = render(JsonOptions{.schema = true}, builder.build());
    CHECK(line.ends_with(R"(,"labels":{"rack":"a\"1","site":"M\\195\\188nchen"},"schema":"tapferry/1"})"));
    CHECK(JsonSchema().fault_of(read_json(line)) == "");
}

TEST_CASE("an event an answer: the same event again, with one answer in place of all") {
    const JsonOptions each{.answers = JsonOptions::Answers::one_event_each};
    EventBuilder builder;
    builder.answer({"www", "example", "test"}, 5, wire_name({"edge", "test"}));
    builder.answer({"edge", "test"}, 1, address_a, 60);
    const auto encoder = make_encoder(each);
    RecordBuffer records;
    encoder->encode(builder.build(), records);
    REQUIRE(records.size() == 2);
    CHECK(records.records()[0].part == 1);
    CHECK(records.records()[1].part == 2);
    const std::string second(records.content(records.records()[1]));
    CHECK(second.find(R"("rcode":"NOERROR","answer_name":"edge.test","answer_type":"A","answer_ttl":60,)"
                      R"("answer_data":"192.0.2.11","answer_index":2,"answer_count":2,"bytes":)") !=
          std::string::npos);
    const auto document = read_json(second);
    CHECK(document["id"] == "0123456789abcdef000000000000002a");
    CHECK(document["qname"] == "www.example.test");
    CHECK_FALSE(document.HasMember("answers"));
    CHECK(JsonSchema().fault_of(document) == "");
    EventBuilder without;
    CHECK(render_all(each, without.build()) == render_all(JsonOptions{}, without.build()));
}

TEST_CASE("of an event an answer, 64 are shown, each says so, and the first has the other sections") {
    EventBuilder builder;
    for (int i = 0; i < 65; ++i) builder.answer({"www", "example", "test"}, 1, address_a);
    const JsonOptions each{.answers = JsonOptions::Answers::one_event_each, .additional = true};
    const auto lines = render_all(each, builder.build());
    REQUIRE(lines.size() == 64);
    for (const std::string& line : {lines.front(), lines.back()}) CHECK(read_json(line)["clipped"].GetBool());
    CHECK(read_json(lines.back())["answer_index"].GetInt() == 64);
    EventBuilder sections;
    std::string wire("\x12\x34\x81\x80\0\0\0\2\0\1\0\1", 12);
    const std::string record =
        wire_name({"ns", "test"}) + std::string("\0\1\0\1\0\0\1\x2C\0\4", 10) + address_a;
    for (int i = 0; i < 4; ++i) wire += record;
    const auto both = render_all(each, sections.wire(wire).build());
    REQUIRE(both.size() == 2);
    CHECK(read_json(both[0]).HasMember("authority"));
    CHECK(read_json(both[0]).HasMember("additional"));
    CHECK_FALSE(read_json(both[1]).HasMember("authority"));
    CHECK_FALSE(read_json(both[1]).HasMember("additional"));
}

TEST_CASE("a message that does not parse is shown in hex by option, up to 4096 bytes of it") {
    EventBuilder builder;
    builder.wire("abc");
    CHECK_FALSE(json_of(builder.build()).HasMember("raw"));
    CHECK(json_of(builder.build(), {.raw = true})["raw"] == "616263");
    EventBuilder sound;
    CHECK_FALSE(json_of(sound.build(), {.raw = true}).HasMember("raw"));
    EventBuilder large;
    large.wire(std::string("\x12\x34\x81\x80\0\0\0\1\0\0\0\0", 12) + std::string(9000, '\xFF'));
    const auto document = json_of(large.build(), {.raw = true});
    CHECK(document["raw"].GetStringLength() == 8192);
    CHECK(document["clipped"].GetBool());
    CHECK(JsonSchema().fault_of(document) == "");
}

TEST_CASE("what the stages add is told: domain, places, the sample's rate, an answer that did not come") {
    EventBuilder builder;
    builder.build();
    Event& event = builder.event();
    event.registered_domain = "example.test";
    event.query_place = {"DE", "Berlin", 64'500, "Example"};
    event.response_place = {"FR", {}, 0, {}};
    event.sample_rate = 0.001;
    event.kind = EventKind::unanswered;
    const std::string line = render(JsonOptions{}, event);
    CHECK(line.ends_with(R"("registered_domain":"example.test","src_country":"DE","src_city":"Berlin",)"
                         R"("src_asn":64500,"src_as_org":"Example","dst_country":"FR","kind":"unanswered",)"
                         R"("sample_rate":0.001})"));
    CHECK(JsonSchema().fault_of(read_json(line)) == "");
    event.sample_rate = 1e-300;
    CHECK(JsonSchema().fault_of(json_of(event)) == "");
}

TEST_CASE("64 answers are shown, the rest is counted") {
    EventBuilder builder;
    for (int i = 0; i < 65; ++i) builder.answer({"www", "example", "test"}, 1, address_a);
    const auto document = json_of(builder.build());
    CHECK(document["answers"].Size() == 64);
    CHECK(document["answer_count"].GetInt() == 65);
    CHECK(document["clipped"].GetBool());
}

TEST_CASE("a record that says clipped is counted, in every format that is JSON") {
    EventBuilder builder;
    for (int i = 0; i < 65; ++i) builder.answer({"t"}, 1, "\1\1\1\1");
    for (const FormatOptions& options :
         {FormatOptions(JsonOptions{}), FormatOptions(EcsOptions{}), FormatOptions(CimOptions{}),
          FormatOptions(OcsfOptions{}), FormatOptions(AsimOptions{}), FormatOptions(ZeekOptions{}),
          FormatOptions(GelfOptions{})}) {
        const auto encoder = make_encoder(options);
        RecordBuffer records;
        encoder->encode(builder.build(), records);
        REQUIRE(records.size() == 1);
        CHECK(records.records().front().cut.holds(CutField::answers));
        EventBuilder few;
        encoder->encode(few.build(), records);
        CHECK(records.records().back().cut.empty());
    }
}

TEST_CASE("an event stays within 32 KiB, whatever it holds") {
    EventBuilder builder;
    const std::string labels(63, '\xFF');
    std::string texts;
    for (int i = 0; i < 3; ++i) texts += character_string(std::string(255, '\x01'));
    const Labels name{labels, labels, labels, std::string(61, '\xFF')};
    builder.question(name).zone(name);
    for (int i = 0; i < 40; ++i) builder.answer(name, 16, texts);
    const std::string opaque(3000, '\\');
    Event& event = builder.event();
    fill_with(event, opaque);
    const std::string line = render(JsonOptions{}, builder.build());
    CHECK(line.size() <= max_event_bytes);
    CHECK(line.size() > max_event_bytes / 2);
    const auto document = read_json(line);
    CHECK(document["clipped"].GetBool());
    CHECK(document["answer_count"].GetInt() == 40);
    CHECK(JsonSchema().fault_of(document) == "");
}

TEST_CASE("one encoder gives the same bytes for the same event, whatever it wrote before") {
    EventBuilder first;
    first.answer({"www", "example", "test"}, 1, address_a);
    EventBuilder second;
    second.event().identity = "ns2.example";  // as long as the first one
    second.event().version = {};
    second.event().input = "input";
    const auto encoder = make_encoder(JsonOptions{});
    RecordBuffer records;
    for (const Event* event : {&first.build(), &second.build(), &first.build()})
        encoder->encode(*event, records);
    CHECK(records.content(records.records()[0]) == records.content(records.records()[2]));
    CHECK(records.content(records.records()[1]) == render(JsonOptions{}, second.build()));
}

}  // namespace tapferry::test
