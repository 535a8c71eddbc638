#include "agent/letters/letter.h"

#include <doctest/doctest.h>

#include <array>
#include <limits>

namespace tapferry {
namespace {

constexpr std::size_t roomy = 1 << 20;

std::string line_of(const Letter& letter, std::size_t room = roomy) {
    TextBuffer line;
    append_letter(line, letter, room);
    REQUIRE(line.view().ends_with('\n'));
    return std::string(line.view().substr(0, line.size() - 1));
}

Letter letter_with(const Record& name, std::string bytes) {
    return {name,
            {1'795'209'822, 143'000'000},
            "400 mapper_parsing_exception",
            Letter::Content::record,
            std::move(bytes),
            ""};
}

void check_same(const Letter& read, const Letter& written) {
    CHECK(read.name.id == written.name.id);
    CHECK(read.name.part == written.name.part);
    CHECK(read.name.row == written.name.row);
    CHECK(read.name.time == written.name.time);
    CHECK(read.buried == written.buried);
    CHECK(read.words == written.words);
    CHECK(read.content == written.content);
    CHECK(read.bytes == written.bytes);
    CHECK(read.input == written.input);
    CHECK(read.cut == written.cut);
    CHECK(read.heading == written.heading);
}

TEST_CASE("what stood before a record of a message queue is kept with it") {
    Letter written = letter_with({.id = {1, 2}}, "{}");
    written.heading = std::string("\x06", 1) + "a\\b\"c";
    const auto read = parse_letter(line_of(written));
    REQUIRE(read);
    check_same(*read, written);
}

TEST_CASE("what is read of a letter is exactly what was written, whatever its record is") {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
    const EventId id{0x0123456789abcdef, 0xfedcba9876543210};
    const Timestamp time{1'795'209'821, 1};
    const std::array<Record, 5> names{{{.id = id},
                                       {.id = {1, 2, 'g'}, .part = 2, .time = time},
                                       {.id = id, .time = time},
                                       {.id = id, .part = 4'294'967'295, .time = time},
                                       {.id = id, .row = {1, 0x8000000000000000}, .time = time}}};
    for (const Record& name : names)
        for (const std::string& bytes : {std::string("<134>1 CEF:0|a\\|b\""), every_byte, std::string()}) {
            const Letter written = letter_with(name, bytes);
            const auto read = parse_letter(line_of(written));
            REQUIRE(read);
            check_same(*read, written);
            CHECK(read->may_be_sent());
        }
}

TEST_CASE("frames and rows are read as they are; rows and what was cut may not be sent") {
    Letter frame = letter_with({.id = {1, 2}, .time = {5, 6}}, std::string("\0\x7f\xff", 3));
    frame.content = Letter::Content::frame;
    frame.input = "bind";
    Letter row = letter_with({.id = {1, 2}}, "a row");
    row.content = Letter::Content::row;
    for (const Letter& written : {frame, row}) {
        const auto read = parse_letter(line_of(written));
        REQUIRE(read);
        check_same(*read, written);
        CHECK(read->may_be_sent() == (written.content == Letter::Content::frame));
    }
    const auto cut = parse_letter(line_of(letter_with({.id = {1, 2}}, "longer than there is room"), 60));
    REQUIRE(cut);
    CHECK(cut->bytes == "longer tha");
    CHECK(cut->cut);
    CHECK(!cut->may_be_sent());
}

TEST_CASE("words without end are cut, and the record stays whole") {
    Letter letter = letter_with({.id = {1, 2}}, "a record");
    letter.words = std::string(100'000, 'w');
    const auto read = parse_letter(line_of(letter));
    REQUIRE(read);
    CHECK(read->words.size() == 1024);
    CHECK(read->words.ends_with("w..."));
    CHECK(read->may_be_sent());
}

TEST_CASE("a letter written before times were has none, and may be sent") {
    const auto read =
        parse_letter(R"({"id":"0123456789abcdef0000000000000007","reason":"too long","record":"a"})");
    REQUIRE(read);
    CHECK(read->buried == Timestamp{});
    CHECK(read->name.id == EventId{0x0123456789abcdef, 7});
    CHECK(read->may_be_sent());
}

TEST_CASE("no beginning of a letter is a letter, and neither is one with a byte too many") {
    const std::string line = line_of(letter_with({.id = {1, 2}, .part = 3, .time = {5, 6}}, "a\"\\\xff"));
    for (std::size_t length = 0; length < line.size(); ++length) {
        CAPTURE(length);
        CHECK(!parse_letter(std::string_view(line).substr(0, length)));
    }
    CHECK(!parse_letter(line + "}"));
    CHECK(!parse_letter(line + " "));
    REQUIRE(parse_letter(line));
}

TEST_CASE("what no agent has written is no letter") {
    const std::string id = R"({"id":"0123456789abcdef0000000000000007")";
    for (const std::string& line : {
             std::string("{}"),
             std::string("[]"),
             std::string("null"),
             std::string("{,}"),
             id + "}",
             std::string(R"({"reason":"r","record":"x"})"),
             std::string(R"({"id":"0123456789abcdef000000000000007","record":"x"})"),
             std::string(R"({"id":"0123456789abcdef000000000000000g","record":"x"})"),
             std::string(R"({"id":"0123456789abcdef0000000000000007-0","record":"x"})"),
             std::string(R"({"id":"0123456789abcdef0000000000000007-4294967296","record":"x"})"),
             std::string(R"({"id":"0123456789abcdef0000000000000007x","record":"x"})"),
             std::string(R"({"id":true,"record":"x"})"),
             id + R"(,"record":true})",
             id + R"(,"record":"x","frame":"00"})",
             id + R"(,"frame":"0"})",
             id + R"(,"frame":"zz"})",
             id + R"(,"record":"\u0100"})",
             id + R"(,"record":"\n"})",
             id + R"(,"record":7})",
             id + R"(,"record":{"a":"b"}})",
             id + R"(,"at":"yesterday","record":"x"})",
             id + R"(,"record":"\u00f"})",
         }) {
        CAPTURE(line);
        CHECK(!parse_letter(line));
    }
}

}  // namespace
}  // namespace tapferry
