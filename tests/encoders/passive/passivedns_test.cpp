#include <doctest/doctest.h>

#include <string>

#include "encoders/bounds.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry::test {
namespace {

const std::string address_a("\xC0\x00\x02\x0B", 4);
const Labels www{"www", "example", "test"};

std::vector<std::string> lines_of(EventBuilder& builder, PassivednsOptions options = {.errors = true}) {
    options.mode = PassivednsOptions::Mode::each;
    return render_all(options, builder.build());
}

// A RESOLVER_RESPONSE for www.example.test from the servers of example.test.
EventBuilder resolver_response() {
    EventBuilder builder;
    builder.type(MessageType::resolver_response).zone({"example", "test"});
    return builder;
}

EventBuilder auth_response() {
    EventBuilder builder;
    builder.type(MessageType::auth_response);
    return builder;
}

}  // namespace

TEST_CASE("each record of an answer is a line of nine columns") {
    EventBuilder builder = resolver_response();
    builder.answer(www, 5, wire_name({"web", "example", "test"}), 60)
        .answer({"web", "example", "test"}, 1, address_a);
    const auto lines = lines_of(builder);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] ==
          "1795209822.143733||198.51.100.7||192.0.2.53||IN||www.example.test.||CNAME||web.example.test.||60||"
          "1");
    CHECK(lines[1] ==
          "1795209822.143733||198.51.100.7||192.0.2.53||IN||web.example.test.||A||192.0.2.11||300||1");
}

TEST_CASE("the records of one event are its parts") {
    EventBuilder builder = resolver_response();
    builder.answer(www, 1, address_a).answer(www, 1, address_a);
    const auto encoder = make_encoder(PassivednsOptions{.mode = PassivednsOptions::Mode::each});
    RecordBuffer records;
    encoder->encode(builder.build(), records);
    CHECK(records.records()[0].part == 1);
    CHECK(records.records()[1].part == 2);
}

TEST_CASE("a record outside the zone of the servers asked is dropped") {
    EventBuilder builder = resolver_response();
    builder.answer({"www", "bank", "test"}, 1, address_a)
        .answer({"notexample", "test"}, 1, address_a)
        .answer({"a.example", "test"}, 1, address_a)
        .answer({"test"}, 1, address_a)
        .answer({"EXAMPLE", "test"}, 1, address_a)
        .answer({"other", "Example", "test"}, 1, address_a);
    const auto lines = lines_of(builder);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find("||example.test.||") != std::string::npos);
    CHECK(lines[1].find("||other.example.test.||") != std::string::npos);
}

TEST_CASE("every record belongs to the root zone") {
    EventBuilder builder = resolver_response();
    builder.zone({}).answer({"anything", "at", "all"}, 1, address_a);
    CHECK(lines_of(builder).size() == 1);
}

TEST_CASE("without a zone only the name asked and what it leads to belong") {
    EventBuilder builder = auth_response();
    builder.answer({"evil", "test"}, 1, address_a)
        .answer(www, 5, wire_name({"cdn", "net"}))
        .answer({"CDN", "net"}, 5, wire_name({"edge", "net"}))
        .answer({"edge", "net"}, 1, address_a)
        .answer({"sub", "edge", "net"}, 1, address_a)
        .answer({"later", "net"}, 1, address_a);
    const auto lines = lines_of(builder);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].find("||www.example.test.||CNAME||cdn.net.||") != std::string::npos);
    CHECK(lines[1].find("||cdn.net.||CNAME||edge.net.||") != std::string::npos);
    CHECK(lines[2].find("||edge.net.||A||") != std::string::npos);
}

TEST_CASE("a DNAME above the name asked belongs") {
    EventBuilder builder = auth_response();
    builder.answer({"example", "test"}, 39, wire_name({"new", "test"}))
        .answer(www, 5, wire_name({"www", "new", "test"}))
        .answer({"www", "new", "test"}, 1, address_a)
        .answer({"elsewhere", "test"}, 39, wire_name({"x"}));
    CHECK(lines_of(builder).size() == 3);
}

TEST_CASE("a chain of CNAMEs is followed sixteen names far, also when it goes in circles") {
    EventBuilder builder = auth_response();
    for (int i = 0; i < 40; ++i) builder.answer(www, 5, wire_name(www));
    builder.answer(www, 5, wire_name({"end", "test"})).answer({"end", "test"}, 1, address_a);
    CHECK(lines_of(builder).size() == 41);
}

TEST_CASE("in a zone transfer the name asked is the zone") {
    EventBuilder builder = auth_response();
    builder.question({"example", "test"}, 252).answer(www, 1, address_a).answer({"test"}, 1, address_a);
    CHECK(lines_of(builder).size() == 1);
}

TEST_CASE("which messages count is decided by the frame alone") {
    const auto counts = [](MessageType type, std::uint16_t flags, std::string_view version) {
        EventBuilder builder;
        builder.type(type).flags(flags).answer(www, 1, address_a);
        builder.event().version = version;
        return !lines_of(builder).empty();
    };
    constexpr std::uint16_t plain = 0x8180;
    constexpr std::uint16_t authoritative = 0x8400;
    CHECK(counts(MessageType::resolver_response, plain, "BIND 9.18"));
    CHECK(counts(MessageType::forwarder_response, plain, "unbound 1.17.1"));
    CHECK(counts(MessageType::auth_response, authoritative, "NSD 4.6.1"));
    CHECK(counts(MessageType::client_response, authoritative, "BIND 9.18"));
    CHECK_FALSE(counts(MessageType::client_response, plain, "BIND 9.18"));
    CHECK(counts(MessageType::client_response, plain, "dnsdist 1.7.3"));
    CHECK(counts(MessageType::client_response, plain, "kresd 5.6.0"));
    CHECK(counts(MessageType::client_response, plain, "CoreDNS-1.11.1"));
    CHECK_FALSE(counts(MessageType::tool_response, authoritative, "kdig 3.2.6"));
    CHECK_FALSE(counts(MessageType::resolver_query, plain, "BIND 9.18"));
    CHECK_FALSE(counts(MessageType::update_response, plain, "BIND 9.18"));
}

TEST_CASE("what is cut off, malformed or no answer to a question proves nothing") {
    const auto counts = [](std::uint16_t flags) {
        EventBuilder builder = resolver_response();
        builder.flags(flags).answer(www, 1, address_a);
        return !lines_of(builder).empty();
    };
    CHECK(counts(0x8000));
    CHECK_FALSE(counts(0x8200));  // TC
    CHECK_FALSE(counts(0x0000));  // QR not set
    CHECK_FALSE(counts(0xA000));  // NOTIFY
    EventBuilder builder = resolver_response();
    builder.answer(www, 1, address_a);
    builder.event().kind = EventKind::malformed;
    CHECK(lines_of(builder).empty());
}

TEST_CASE("an error is a line with the response code for data, when it is asked for") {
    EventBuilder builder = resolver_response();
    builder.rcode(3);
    CHECK(lines_of(builder) ==
          std::vector<std::string>{
              "1795209822.143733||198.51.100.7||192.0.2.53||IN||www.example.test.||A||NXDOMAIN||0||1"});
    CHECK(lines_of(builder, {}).empty());
    builder.no_question();
    CHECK(lines_of(builder).empty());
}

TEST_CASE("the CNAMEs of a name that does not exist are told, and the answers of a failure are not") {
    EventBuilder builder = resolver_response();
    builder.answer(www, 5, wire_name({"gone", "example", "test"}));
    CHECK(lines_of(builder.rcode(3)).size() == 2);
    CHECK(lines_of(builder.rcode(2)).size() == 1);
}

TEST_CASE("signatures, proofs of absence and pseudo-records are left out") {
    EventBuilder builder = resolver_response();
    constexpr std::uint16_t types[] = {24, 30, 41, 46, 47, 50, 51, 249, 250, 255};
    for (const std::uint16_t type : types) builder.answer(www, type, "");
    CHECK(lines_of(builder).empty());
}

TEST_CASE("both columns of addresses always hold one, or a dash when clients are kept out") {
    EventBuilder builder = resolver_response();
    builder.event().query.address = {};
    builder.answer(www, 1, address_a);
    CHECK(lines_of(builder)[0].find("||0.0.0.0||192.0.2.53||") != std::string::npos);
    CHECK(lines_of(builder, {.client = PassivednsOptions::Client::none})[0].find("||-||192.0.2.53||") !=
          std::string::npos);
    builder.event().response.address = {{0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 16};
    CHECK(lines_of(builder)[0].find("||::||2001:db8::1||") != std::string::npos);
    builder.event().response.address = {};
    CHECK(lines_of(builder)[0].find("||0.0.0.0||0.0.0.0||") != std::string::npos);
}

TEST_CASE("the lines of one event stay within 32 KiB") {
    EventBuilder builder = resolver_response();
    for (int i = 0; i < 1000; ++i) builder.answer(www, 1, address_a);
    std::size_t bytes = 0;
    const auto lines = lines_of(builder);
    for (const std::string& line : lines) bytes += line.size();
    CHECK(lines.size() > 300);
    CHECK(bytes <= max_event_bytes);
}

TEST_CASE("every answer counts when the filter chose, and what does not belong when it is kept") {
    EventBuilder builder;
    builder.type(MessageType::tool_response).answer(www, 1, address_a).answer({"bank"}, 1, address_a);
    CHECK(lines_of(builder).empty());
    PassivednsOptions options{.records = {.sources = PassiveSelection::Sources::selected}};
    CHECK(lines_of(builder, options).size() == 1);
    options.records.bailiwick = PassiveSelection::Bailiwick::keep;
    CHECK(lines_of(builder, options).size() == 2);
    builder.flags(0x8200);  // TC
    CHECK(lines_of(builder, options).empty());
}

TEST_CASE("records that do not belong are counted") {
    EventBuilder builder = resolver_response();
    builder.answer({"bank"}, 1, address_a).answer(www, 1, address_a).answer({"test"}, 1, address_a);
    for (const auto mode : {PassivednsOptions::Mode::each, PassivednsOptions::Mode::aggregate}) {
        const auto encoder = make_encoder(PassivednsOptions{.mode = mode});
        RecordBuffer records;
        encoder->encode(builder.build(), records);
        encoder->encode(builder.build(), records);
        CHECK(encoder->left_out() == 4);
    }
}

TEST_CASE("by choice only the fields stand for data that the tool of that name prints") {
    const auto data = [](std::uint16_t type, const std::string& rdata) {
        EventBuilder builder = resolver_response();
        builder.answer(www, type, rdata);
        const auto lines = lines_of(builder, {.rdata = PassivednsOptions::Rdata::passivedns});
        REQUIRE(lines.size() == 1);
        const std::size_t type_ends = lines[0].find("||", lines[0].find(".test.||") + 8);
        const std::string rest = lines[0].substr(type_ends + 2);
        return rest.substr(0, rest.find("||"));
    };
    const std::string name = wire_name({"a b", "example", "test"});
    const std::string numbers("\0\1\0\2\0\3", 6);
    CHECK(data(15, numbers.substr(0, 2) + name) == "a\\032b.example.test.");
    CHECK(data(33, numbers + name) == "a\\032b.example.test.");
    CHECK(data(6, name + wire_name({"x"}) + std::string(20, '\0')) == "a\\032b.example.test.");
    CHECK(data(17, name + wire_name({"x"})) == "a\\032b.example.test.");
    CHECK(data(16, character_string("a \" b") + character_string("c")) == "\"a \\034 b\"");
    CHECK(data(99, character_string("") + character_string("c")) == "\"\"");
    CHECK(data(13, character_string("a") + character_string("b")) == "\"a\" \"b\"");
    CHECK(data(1, address_a) == "192.0.2.11");
    CHECK(data(15, "x") == "\\# 1 78");
    CHECK(data(33, numbers) == "\\# 6 000100020003");
}

TEST_CASE("D4 is given no type that it dies of, no error and no quote") {
    EventBuilder builder = resolver_response();
    constexpr std::uint16_t unknown[] = {64, 65, 54, 66, 128, 260, 999, 65280};
    for (const std::uint16_t type : unknown) builder.answer(www, type, "");
    builder.rcode(3);
    const PassivednsOptions d4{.errors = true, .records = {.d4 = true}};
    CHECK(lines_of(builder, d4).empty());
    builder.answer(www, 16, character_string("a \"b\"") + character_string("c"));
    builder.answer(www, 257, std::string("\0", 1) + character_string("issue") + "ca.test");
    const auto lines = lines_of(builder, d4);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find("||TXT||a \\034b\\034 c||300||1") != std::string::npos);
    CHECK(lines[1].find("||CAA||0 issue ca.test||300||1") != std::string::npos);
}

TEST_CASE("an event whose lines would be above 32 KiB counts as shortened, and one that is below does not") {
    const std::string strings = [] {
        std::string text;
        for (int i = 0; i < 8; ++i) text += character_string(std::string(200, 'x'));
        return text;
    }();
    for (const int answers : {2, 22}) {
        EventBuilder builder = resolver_response();
        for (int i = 0; i < answers; ++i) builder.answer(www, 16, strings);
        const auto encoder = make_encoder(PassivednsOptions{.mode = PassivednsOptions::Mode::each});
        RecordBuffer records;
        encoder->encode(builder.build(), records);
        REQUIRE_FALSE(records.empty());
        const auto counts = records.cut_counts();
        CHECK(counts[static_cast<std::size_t>(CutField::answers)] == (answers == 22 ? 1 : 0));
        CHECK(records.records().back().cut.empty() == (answers != 22));
    }
}

}  // namespace tapferry::test
