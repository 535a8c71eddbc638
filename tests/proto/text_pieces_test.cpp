#include "proto/text_pieces.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "proto/dns_text.h"
#include "proto/short_text.h"
#include "proto/text_buffer.h"

namespace tapferry::test {
namespace {

// Written where exactly its room is there, so that the sanitizers see every byte beyond.
template <TextPiece Piece>
std::string written(const Piece& piece) {
    auto room = std::make_unique<char[]>(Piece::room);
    return {room.get(), piece.write(room.get())};
}

TEST_CASE("no name of a number needs more than its room") {
    for (unsigned number = 0; number <= std::numeric_limits<std::uint16_t>::max(); ++number) {
        const auto code = static_cast<std::uint16_t>(number);
        CHECK(written(TypeName{code}).size() < TypeName::room);
        CHECK(written(ClassName{code}).size() < ClassName::room);
        CHECK(written(RcodeName{code}).size() < RcodeName::room);
    }
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
        CHECK(written(OpcodeName{static_cast<std::uint8_t>(opcode)}).size() < OpcodeName::room);
    }
    CHECK(written(TypeName{65535}) == "TYPE65535");
    CHECK(written(ClassName{65535}) == "CLASS65535");
    CHECK(written(TypeName{18}) == "AFSDB");
}

TEST_CASE("a number is written with the digits that it needs, up to the greatest of 64 bits") {
    std::uint64_t power = 1;
    for (int digits = 1; digits <= 20; ++digits, power *= 10) {
        for (const std::uint64_t value : {power - 1, power, power + 1, power * 9}) {
            CHECK(written(Decimal{value}) == std::to_string(value));
        }
    }
    for (std::uint64_t value = 0; value < 20'000; ++value) {
        CHECK(written(Decimal{value}) == std::to_string(value));
    }
    CHECK(written(Decimal{std::numeric_limits<std::uint64_t>::max()}) == "18446744073709551615");
}

TEST_CASE("every octet of an IPv4 address is written as a number") {
    IpAddress address;
    address.size = 4;
    for (unsigned octet = 0; octet < 256; ++octet) {
        address.bytes.fill(static_cast<std::uint8_t>(octet));
        const std::string number = std::to_string(octet);
        CHECK(written(AddressText{address}) == number + "." + number + "." + number + "." + number);
    }
}

TEST_CASE("a kept second does not stand for another") {
    SecondText second;
    CHECK(written(second.of(0)) == "1970-01-01T00:00:00");
    CHECK(written(second.of(1'795'209'822)) == "2026-11-20T21:23:42");
    CHECK(written(second.of(1'795'209'823)) == "2026-11-20T21:23:43");
    CHECK(written(second.of(1'795'209'822)) == "2026-11-20T21:23:42");
    CHECK(written(second.of(0)) == "1970-01-01T00:00:00");
}

TEST_CASE("of a fraction the first digits are written, never rounded") {
    for (unsigned digits = 1; digits <= 9; ++digits) {
        CHECK(written(FractionText{123'456'789, digits}) == std::string(".123456789").substr(0, digits + 1));
    }
    CHECK(written(FractionText{999'999'999, 3}) == ".999");
    CHECK(written(FractionText{7, 9}) == ".000000007");
    CHECK(written(FractionText{7, 0}).empty());
}

TEST_CASE("parts are appended one behind another, whatever room there was") {
    TextBuffer text;
    std::string expected;
    for (std::uint64_t i = 0; i < 2'000; ++i) {
        text.append("part ", Decimal{i}, ' ', ShortText("short"), std::string_view(", view"),
                    std::string_view());
        expected += "part " + std::to_string(i) + " short, view";
        REQUIRE(text.size() == expected.size());
    }
    CHECK(text.view() == expected);
    TextBuffer moved = std::move(text);
    CHECK(moved.view() == expected);
    text = TextBuffer();
    CHECK(text.empty());
    text.append("again");
    CHECK(text.view() == "again");
}

}  // namespace
}  // namespace tapferry::test
