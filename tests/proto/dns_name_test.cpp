#include "proto/dns_name.h"

#include <doctest/doctest.h>

#include "tests/proto/wire_builder.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

// Puts `after_header` behind a header's worth of zeros and reads the name at `offset`.
std::string error_of(const Bytes& after_header, std::size_t offset = 12) {
    Bytes wire(12);
    append(wire, after_header);
    const auto extent = dns::measure_name(wire, offset);
    TextBuffer text;
    text.append("before");
    const bool appended = append_name(text, wire, offset);
    CHECK(appended == (extent.error == nullptr));
    if (!appended) CHECK(text.view() == "before");
    return extent.error == nullptr ? "" : extent.error;
}

std::string text_at(const Bytes& wire, std::size_t offset, NameEnd end = NameEnd::plain) {
    return text_of([&](TextBuffer& text) { append_name(text, wire, offset, end); });
}

}  // namespace

TEST_CASE("a name is written in lower case, its labels joined by dots") {
    CHECK(text_at(name("wWw.ExAmPle.TEST"), 0) == "www.example.test");
    CHECK(text_at(name("wWw.ExAmPle.TEST"), 0, NameEnd::trailing_dot) == "www.example.test.");
}

TEST_CASE(
    "every octet is written by the one rule, wherever it stands in a name and whatever follows the name") {
    const auto written = [](unsigned octet) -> std::string {
        const char c = static_cast<char>(octet);
        if (c >= 'A' && c <= 'Z') return {static_cast<char>(c + 'a' - 'A')};
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return {c};
        if (c != 0 && std::string_view("-_*/+:~").find(c) != std::string_view::npos) return {c};
        const std::string digits = std::to_string(octet);
        return "\\" + std::string(3 - digits.size(), '0') + digits;
    };
    for (unsigned octet = 0; octet < 256; ++octet) {
        for (std::size_t at = 0; at < 35; ++at) {
            std::string text(35, 'Q');
            text[at] = static_cast<char>(octet);
            const std::string wanted = std::string(at, 'q') + written(octet) + std::string(34 - at, 'q');
            Bytes wire = label("x");
            append(wire, label(text));
            append(wire, label("y0"));
            wire.push_back(0);
            if (text_at(wire, 0) != "x." + wanted + ".y0") REQUIRE(text_at(wire, 0) == "x." + wanted + ".y0");
            wire.resize(wire.size() + 40, 0xFF);
            if (text_at(wire, 2) != wanted + ".y0") REQUIRE(text_at(wire, 2) == wanted + ".y0");
        }
    }
}

TEST_CASE("the root is one dot with and without a trailing dot") {
    CHECK(text_at(name(""), 0) == ".");
    CHECK(text_at(name(""), 0, NameEnd::trailing_dot) == ".");
}

TEST_CASE("a compressed name ends behind its first pointer") {
    Bytes wire(12);
    append(wire, name("example.test"));  // offsets 12 to 25
    append(wire, label("www"));
    append(wire, from_hex("c00c ffff"));
    CHECK(text_at(wire, 26) == "www.example.test");
    const auto extent = dns::measure_name(wire, 26);
    CHECK(extent.error == nullptr);
    CHECK(extent.end == 32);
}

TEST_CASE("a chain of pointers is followed while it goes backward") {
    Bytes wire(12);
    append(wire, name("test"));              // 12
    append(wire, from_hex("02 6e73 c00c"));  // 18: ns.test
    append(wire, from_hex("01 61 c012"));    // 23: a.ns.test
    append(wire, from_hex("c017"));          // 27
    CHECK(text_at(wire, 27) == "a.ns.test");
}

TEST_CASE("a pointer to itself, forward or round in a circle is refused") {
    CHECK(error_of(from_hex("c00c")) == "name points forward");
    CHECK(error_of(from_hex("c00e 00")) == "name points forward");
    CHECK(error_of(from_hex("0161 c00c")) == "name points forward");
    CHECK(error_of(from_hex("0161 c011 0162 c00c"), 17 - 1) == "name points forward");
    // Two names that point at each other.
    CHECK(error_of(from_hex("c00e c00c"), 14) == "name points forward");
}

TEST_CASE("a pointer into the header is refused") {
    CHECK(error_of(from_hex("c000")) == "name points into the header");
    CHECK(error_of(from_hex("c00b")) == "name points into the header");
}

TEST_CASE("a pointer behind the end is refused") {
    CHECK(error_of(from_hex("ffff")) == "name points forward");
}

TEST_CASE("a chain of pointers that only points at pointers is cut off") {
    Bytes pointers = from_hex("00");
    for (unsigned i = 0; i < 200; ++i) {
        const unsigned target = 12 + (i == 0 ? 0 : 2 * i - 1);
        append(pointers,
               Bytes{static_cast<std::uint8_t>(0xC0 | target >> 8), static_cast<std::uint8_t>(target)});
    }
    CHECK(error_of(pointers, 12 + 1 + 2 * 127).empty());
    CHECK(error_of(pointers, 12 + 1 + 2 * 128) == "name jumps too often");
}

TEST_CASE("the reserved label types are refused") {
    CHECK(error_of(from_hex("40 00")) == "reserved label type");
    CHECK(error_of(from_hex("41 00 00")) == "reserved label type");
    CHECK(error_of(from_hex("80 00")) == "reserved label type");
    CHECK(error_of(from_hex("bf 00")) == "reserved label type");
}

TEST_CASE("a name that breaks off is refused wherever it does") {
    CHECK(error_of({}) == "name breaks off");
    CHECK(error_of(from_hex("03 7777")) == "name breaks off");
    CHECK(error_of(from_hex("03 777777")) == "name breaks off");
    CHECK(error_of(from_hex("01 61 c0")) == "name breaks off");
    CHECK(error_of({}, 4000) == "name breaks off");
}

TEST_CASE("a label has 63 octets and a name 255, and no more") {
    const std::string longest(63, 'x');
    Bytes wire;
    for (int i = 0; i < 3; ++i) append(wire, label(longest));
    Bytes fits = wire;
    append(fits, label(std::string(61, 'y')));
    fits.push_back(0);
    REQUIRE(fits.size() == 255);
    CHECK(error_of(fits).empty());
    Bytes exceeds = wire;
    append(exceeds, label(std::string(62, 'y')));
    exceeds.push_back(0);
    CHECK(error_of(exceeds) == "name too long");
}

TEST_CASE("pointers cannot make a name longer than 255 octets") {
    Bytes wire(12);
    for (int i = 0; i < 3; ++i) append(wire, label(std::string(63, 'x')));
    wire.push_back(0);
    const std::size_t second = wire.size();
    append(wire, label(std::string(62, 'y')));
    append(wire, from_hex("c00c"));
    const char* error = dns::measure_name(wire, second).error;
    REQUIRE(error != nullptr);
    CHECK(error == std::string("name too long"));
}

TEST_CASE("the longest text of a name has 1,003 characters") {
    Bytes wire;
    for (int i = 0; i < 3; ++i) append(wire, label(std::string(63, '\0')));
    append(wire, label(std::string(61, '\0')));
    wire.push_back(0);
    CHECK(text_at(wire, 0).size() == 250 * 4 + 3);
    CHECK(text_at(wire, 0, NameEnd::trailing_dot).size() == 250 * 4 + 4);
}

TEST_CASE("127 labels of one octet are a name") {
    Bytes wire;
    for (int i = 0; i < 127; ++i) append(wire, label("a"));
    wire.push_back(0);
    CHECK(text_at(wire, 0).size() == 253);
}
