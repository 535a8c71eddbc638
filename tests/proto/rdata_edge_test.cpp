// RDATA that is compressed, unknown, unsound or too long for its place.
#include <doctest/doctest.h>

#include "tests/proto/wire_builder.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

struct Rendered {
    std::string text;
    bool cut = false;
};

// `rdata` behind "example.test" at offset 12.
Rendered render(std::uint16_t type, const Bytes& rdata, std::size_t max = 2048, std::uint16_t rclass = 1,
                NameEnd name_end = NameEnd::plain) {
    Bytes wire(12);
    append(wire, name("example.test"));
    dns::ResourceRecord record;
    record.type = type;
    record.rclass = rclass;
    record.rdata = static_cast<std::uint16_t>(wire.size());
    record.rdata_length = static_cast<std::uint16_t>(rdata.size());
    append(wire, rdata);
    append(wire, from_hex("00 00 00 00"));  // of the message, not of this RDATA
    Rendered rendered;
    rendered.text =
        text_of([&](TextBuffer& text) { rendered.cut = append_rdata(text, wire, record, name_end, max); });
    return rendered;
}

std::string text(std::uint16_t type, std::string_view rdata_hex) {
    return render(type, from_hex(rdata_hex)).text;
}

}  // namespace

TEST_CASE("names of the types of RFC 1035 and RFC 3597 may be compressed") {
    CHECK(text(2, "036e7331 c00c") == "ns1.example.test");
    CHECK(text(15, "000a 026d78 c00c") == "10 mx.example.test");
    CHECK(text(33, "0000 0005 13c4 c00c") == "0 5 5060 example.test");
    CHECK(text(6, "c00c 01 48 c00c 00000001 00000002 00000003 00000004 00000005") ==
          "example.test h.example.test 1 2 3 4 5");
}

TEST_CASE("names of newer types may not be compressed: such RDATA is written as unknown") {
    CHECK(text(39, "0161 c00c") == "\\# 4 0161c00c");
    CHECK(text(65, "0001 c00c") == "\\# 4 0001c00c");
    CHECK(text(47, "c00c 0001 40") == "\\# 5 c00c000140");
}

TEST_CASE("a trailing dot is written at every name of the RDATA") {
    CHECK(render(15, from_hex("000a 026d78 c00c"), 2048, 1, NameEnd::trailing_dot).text ==
          "10 mx.example.test.");
    CHECK(render(39, name("a.test"), 2048, 1, NameEnd::trailing_dot).text == "a.test.");
}

TEST_CASE("types and classes without a text are written by RFC 3597") {
    CHECK(text(65280, "00ff10") == "\\# 3 00ff10");
    CHECK(text(65280, "") == "\\# 0");
    CHECK(text(10, "01") == "\\# 1 01");
    CHECK(text(250, "00") == "\\# 1 00");
    CHECK(render(1, from_hex("c0000201"), 2048, 3).text == "\\# 4 c0000201");
}

TEST_CASE("RDATA that is not what its type says is written by RFC 3597 as a whole") {
    CHECK(text(1, "c00002") == "\\# 3 c00002");
    CHECK(text(1, "c000020101") == "\\# 5 c000020101");
    CHECK(text(1, "") == "\\# 0");
    CHECK(text(28, "20010db8") == "\\# 4 20010db8");
    CHECK(text(2, "0161") == "\\# 2 0161");             // the name would end in the next record
    CHECK(text(15, "000a 00 00") == "\\# 4 000a0000");  // one octet too many
    CHECK(text(16, "") == "\\# 0");
    CHECK(text(16, "0361") == "\\# 2 0361");
    CHECK(text(16, "0161 0562") == "\\# 4 01610562");
    CHECK(text(108, "00005e0053") == "\\# 5 00005e0053");
    CHECK(text(257, "00 05 6973737565") == "0 issue \"\"");
    CHECK(text(257, "00 00 61") == "\\# 3 000061");
    CHECK(text(257, "00 02 612e 61") == "\\# 5 0002612e61");
}

TEST_CASE("an unsound type bitmap makes the RDATA unknown") {
    CHECK(text(47, "00 0001 40") == ". A");
    CHECK(text(47, "00") == ".");
    CHECK(text(47, "00 0000") == "\\# 3 000000");                     // empty block
    CHECK(text(47, "00 0001 40 0001 40") == "\\# 7 00000140000140");  // the same block twice
    CHECK(text(47, "00 0101 40 0001 40") == "\\# 7 00010140000140");  // blocks in the wrong order
    CHECK(text(47, "00 0002 40").starts_with("\\# "));
    Bytes block = from_hex("00 00 21");
    block.resize(3 + 33, 0x80);
    CHECK(render(47, block).text.starts_with("\\# 36 "));
    CHECK(text(47, "00 ff01 01") == ". TYPE65287");
}

TEST_CASE("unsound service parameters make the RDATA unknown") {
    CHECK(text(65, "0001 00 0003 0002 01bb") == "1 . port=443");
    CHECK(text(65, "0001 00 0005 0004 0002abcd") == "1 . ech=AAKrzQ==");
    const auto is_unknown = [](std::string_view params) {
        Bytes rdata = from_hex("0001 00");
        append(rdata, from_hex(params));
        return render(65, rdata).text.starts_with("\\# ");
    };
    CHECK(is_unknown("0003 0001 01"));                     // a port of one octet
    CHECK(is_unknown("0003 0002 01bb 0001 0003 026832"));  // out of order
    CHECK(is_unknown("0003 0002 01bb 0003 0002 01bb"));    // twice
    CHECK(is_unknown("0001 0000"));                        // no protocol at all
    CHECK(is_unknown("0001 0001 00"));                     // a protocol without a name
    CHECK(is_unknown("0001 0002 0268"));                   // one that breaks off
    CHECK(is_unknown("0002 0001 00"));                     // a value where there is none
    CHECK(is_unknown("0004 0003 c00002"));                 // a part of an address
    CHECK(is_unknown("0006 0000"));
    CHECK(is_unknown("0000 0001 00"));
    CHECK(is_unknown("0003 0002"));  // breaks off
    CHECK(is_unknown("0003"));
}

TEST_CASE("a protocol id with commas, quotes and control bytes stays one item of its list") {
    // h,"|\ and LF
    CHECK(text(65, "0001 00 0001 0007 06 682c227c5c0a") == R"(1 . alpn="h\092,\034\124\092\092\010")");
}

TEST_CASE("a location outside the earth or of another version is unknown") {
    CHECK(text(29, "00 12 16 13 80000000 80000000 00989680") ==
          "0 0 0.000 N 0 0 0.000 E 0.00m 1.00m 10000.00m 10.00m");
    CHECK(text(29, "00 12 16 13 7fffffff 7fffffff 0098967f") ==
          "0 0 0.001 S 0 0 0.001 W -0.01m 1.00m 10000.00m 10.00m");
    CHECK(text(29, "01 12 16 13 80000000 80000000 00989680").starts_with("\\# "));
    CHECK(text(29, "00 a2 16 13 80000000 80000000 00989680").starts_with("\\# "));
    CHECK(text(29, "00 12 16 13 00000000 80000000 00989680").starts_with("\\# "));
}

TEST_CASE("an address prefix has the octets and bits of its family, and no list of them is empty text") {
    CHECK(text(42, "0001 15 83 c0a820") == "!1:192.168.32.0/21");
    CHECK(text(42, "0001 00 00") == "1:0.0.0.0/0");
    CHECK(text(42, "") == "\\# 0");
    CHECK(text(42, "0001 21 00").starts_with("\\# "));
    CHECK(text(42, "0001 15 05 c0a8200000").starts_with("\\# "));
    CHECK(text(42, "0003 00 00").starts_with("\\# "));
    CHECK(text(42, "0001 15 03 c0a8").starts_with("\\# "));
}

TEST_CASE("a gateway of an unknown type, or a compressed one, makes the RDATA unknown") {
    CHECK(text(45, "0a 04 02 00").starts_with("\\# "));
    CHECK(text(45, "0a 03 02 c00c").starts_with("\\# "));
    CHECK(text(260, "0a 04 00").starts_with("\\# "));
    CHECK(text(55, "02 02 0003 0a0b 010203 c00c").starts_with("\\# "));
    CHECK(text(55, "02 02 0009 0a0b 010203").starts_with("\\# "));
}

TEST_CASE("a set of ports, of old types or of A6's bits that cannot be makes the RDATA unknown") {
    CHECK(text(11, "c0000201").starts_with("\\# "));
    Bytes ports = from_hex("c0000201 06");
    ports.resize(5 + 8192, 0);
    ports.back() = 1;
    CHECK(render(11, ports).text == "192.0.2.1 6 65535");
    ports.push_back(0);
    CHECK(render(11, ports).text.starts_with("\\# "));
    CHECK(text(30, "00 80").starts_with("\\# "));  // a bitmap of another kind
    CHECK(text(30, "00").starts_with("\\# "));
    CHECK(render(30, Bytes(18, 0)).text.starts_with("\\# "));
    CHECK(text(38, "81 00").starts_with("\\# "));
    CHECK(text(38, "40 0000").starts_with("\\# "));
    CHECK(text(38, "04 ff000000000000000000000000000001 00") == "4 f00::1 .");
    CHECK(text(34, "00").starts_with("\\# "));
    CHECK(text(34, "01 31323361").starts_with("\\# "));
    CHECK(text(34, "02 3132").starts_with("\\# "));
    CHECK(text(20, "0131 0132 0133").starts_with("\\# "));
    CHECK(text(250, "00 000000000000 012c 0009 0102").starts_with("\\# "));
}

TEST_CASE("RDATA text is cut at the limit, and never inside an escape") {
    const Bytes strings = from_hex("05 6161610a61");  // "aaa\010a" with its quotes
    const std::string whole = "\"aaa\\010a\"";
    for (std::size_t max = 0; max <= whole.size() + 1; ++max) {
        const auto rendered = render(16, strings, max);
        CHECK(rendered.cut == (max < whole.size()));
        std::size_t kept = std::min(max, whole.size());
        if (kept > 4 && kept < 8) kept = 4;
        CHECK(rendered.text == whole.substr(0, kept));
    }
}

TEST_CASE("unknown RDATA of 65,535 octets fits into the limit") {
    const Bytes rdata(65'535, 0xAB);
    const auto rendered = render(65280, rdata, 100);
    CHECK(rendered.cut);
    CHECK(rendered.text.size() == 100);
    CHECK(rendered.text.starts_with("\\# 65535 abab"));
    CHECK_FALSE(render(65280, Bytes(40, 0xAB), 100).cut);
    CHECK(render(65280, Bytes(50, 0xAB), 100).cut);
}
