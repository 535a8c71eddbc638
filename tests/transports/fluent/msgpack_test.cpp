#include "transports/fluent/msgpack.h"

#include <doctest/doctest.h>

#include <limits>

namespace tapferry::msgpack {
namespace {

using Kind = Value::Kind;
using Step = ValueReader::Step;

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
        text += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

template <typename Append, typename... Arguments>
std::string written(Append append, Arguments... arguments) {
    std::string out;
    append(out, arguments...);
    return hex(out);
}

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

Step read(std::string_view text, Value& value) {
    return ValueReader(text).next(value);
}

}  // namespace

TEST_CASE("values are written as the specification has them, in the fewest bytes") {
    CHECK(written(append_nil) == "c0");
    CHECK(written(append_boolean, true) == "c3");
    CHECK(written(append_boolean, false) == "c2");
    CHECK(written(append_unsigned, 0) == "00");
    CHECK(written(append_unsigned, 127) == "7f");
    CHECK(written(append_unsigned, 128) == "cc80");
    CHECK(written(append_unsigned, 256) == "cd0100");
    CHECK(written(append_unsigned, 65536) == "ce00010000");
    CHECK(written(append_unsigned, std::numeric_limits<std::uint64_t>::max()) == "cfffffffffffffffff");
    CHECK(written(append_signed, -1) == "ff");
    CHECK(written(append_signed, -32) == "e0");
    CHECK(written(append_signed, -33) == "d3ffffffffffffffdf");
    CHECK(written(append_signed, 5) == "05");
    CHECK(written(append_double, 1.5) == "cb3ff8000000000000");
    CHECK(written(append_text, "abc") == "a3616263");
    CHECK(written(append_array, 15) == "9f");
    CHECK(written(append_array, 16) == "dc0010");
    CHECK(written(append_array, 65536) == "dd00010000");
    CHECK(written(append_map, 1) == "81");
    CHECK(written(append_map, 16) == "de0010");
    CHECK(written(append_event_time, Timestamp{0x01020304, 5}) == "d7000102030400000005");
}

TEST_CASE("longer texts have longer heads") {
    for (const auto& [size, head] :
         {std::pair{31, "bf"}, {32, "d920"}, {255, "d9ff"}, {256, "da0100"}, {65536, "db00010000"}}) {
        const std::string text(static_cast<std::size_t>(size), 'a');
        CHECK(written(append_text, std::string_view(text)).substr(0, std::string_view(head).size()) == head);
    }
}

TEST_CASE("what is opened is closed with its size") {
    std::string out;
    const auto map = open_map(out);
    append_text(out, "a");
    const auto array = open_array(out);
    append_nil(out);
    close(out, array, 1);
    close(out, map, 1);
    CHECK(hex(out) == "df00000001a161dd00000001c0");
    std::string binary;
    const auto place = open_binary(binary);
    binary += "xyz";
    close(binary, place, 3);
    CHECK(hex(binary) == "c60000000378797a");
}

TEST_CASE("every sort of value is read, and what follows it begins behind it") {
    const std::string all = bytes({0xC0, 0xC3, 0x05, 0xFF, 0xCC, 1,    0xD1, 1, 2,    0xCA, 1,   2,    3, 4,
                                   0xCB, 1,    2,    3,    4,    5,    6,    7, 8,    0xA1, 'x', 0xD9, 1, 'y',
                                   0xC4, 1,    'z',  0x92, 0x81, 0xDC, 0,    2, 0xDF, 0,    0,   0,    1});
    ValueReader reader(all);
    std::string kinds;
    for (Value value; reader.next(value) == Step::value;) {
        kinds += "nbNtam"[static_cast<std::size_t>(value.kind)];
        kinds += value.text;
        if (value.kind == Kind::array || value.kind == Kind::map) kinds += std::to_string(value.count);
    }
    CHECK(kinds == "nbNNNNNNtxtytza2m1a2m1");
    CHECK(reader.at() == all.size());
}

TEST_CASE("a value that breaks off needs more") {
    for (const std::string& whole : {bytes({0xCD, 1, 2}), bytes({0xA3, 'a', 'b', 'c'}),
                                     bytes({0xDB, 0, 0, 0, 2, 'a', 'b'}), bytes({0xDD, 0, 0, 0, 1})}) {
        Value value;
        CHECK(read(whole, value) == Step::value);
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK(read(std::string_view(whole).substr(0, size), value) == Step::need_more);
    }
}

TEST_CASE("what an answer never holds is broken at once, however much of it is promised") {
    Value value;
    for (const std::string& text :
         {bytes({0xC1}), bytes({0xC7, 0, 0}), bytes({0xD4, 0, 0}), bytes({0xDB, 0x7F, 0, 0, 0}),
          bytes({0xDC, 0xFF, 0xFF}), bytes({0xDF, 0xFF, 0xFF, 0xFF, 0xFF})})
        CHECK(read(text, value) == Step::broken);
}

TEST_CASE("a value is passed over with all that belongs to it") {
    const std::string text = bytes({0x82, 0xA1, 'a', 0x92, 1, 0x81, 2, 3, 0xA1, 'b', 0x90, 0x07});
    ValueReader reader(text);
    CHECK(reader.skip() == Step::value);
    CHECK(reader.at() == text.size() - 1);
    CHECK(reader.skip() == Step::value);
    CHECK(reader.skip() == Step::need_more);
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += bytes({0xDC, 0, 64});
    CHECK(ValueReader(deep).skip() == Step::broken);
}

}  // namespace tapferry::msgpack
