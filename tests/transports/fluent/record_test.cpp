#include "transports/fluent/record.h"

#include <doctest/doctest.h>

#include "transports/fluent/msgpack.h"

namespace tapferry {
namespace {

std::string record_of(std::string_view text) {
    FluentRecord record;
    std::string out = "before";
    record.append(out, text);
    CHECK(out.starts_with("before"));
    return out.substr(6);
}

std::string message(std::string_view text) {
    std::string out;
    msgpack::append_map(out, 1);
    msgpack::append_text(out, "message");
    msgpack::append_text(out, text);
    return out;
}

}  // namespace

TEST_CASE("a JSON object becomes the map of its members, with their types and in their order") {
    std::string expected;
    const auto map = msgpack::open_map(expected);
    msgpack::append_text(expected, "qname");
    msgpack::append_text(expected, "www.example");
    msgpack::append_text(expected, "port");
    msgpack::append_unsigned(expected, 53);
    msgpack::append_text(expected, "offset");
    msgpack::append_signed(expected, -7);
    msgpack::append_text(expected, "latency");
    msgpack::append_double(expected, 0.25);
    msgpack::append_text(expected, "answers");
    const auto array = msgpack::open_array(expected);
    const auto inner = msgpack::open_map(expected);
    msgpack::append_text(expected, "ttl");
    msgpack::append_nil(expected);
    msgpack::close(expected, inner, 1);
    msgpack::append_boolean(expected, true);
    msgpack::close(expected, array, 2);
    msgpack::close(expected, map, 5);
    CHECK(
        record_of(
            R"({"qname":"www.example","port":53,"offset":-7,"latency":0.25,"answers":[{"ttl":null},true]})") ==
        expected);
}

TEST_CASE("what JSON escapes is text, and numbers have all their digits") {
    std::string expected;
    const auto map = msgpack::open_map(expected);
    msgpack::append_text(expected, "a\"b");
    msgpack::append_text(expected, std::string_view("\0\n\xC3\xA9\xF0\x9F\x98\x80", 8));
    msgpack::append_text(expected, "n");
    msgpack::append_unsigned(expected, 18446744073709551615U);
    msgpack::close(expected, map, 2);
    CHECK(record_of(R"({"a\"b":"\u0000\n\u00e9\ud83d\ude00","n":18446744073709551615})") == expected);
}

TEST_CASE("any other text is the message") {
    for (const char* text : {"CEF:0|a|b", "", "[1,2]", "{", "{\"a\":1} x", "{\"a\":1}{", "{a:1}",
                             "{\"a\":tru}", "{\"\\ud800\":1}"})
        CHECK_MESSAGE(record_of(text) == message(text), text);
}

TEST_CASE("a text of nothing but brackets costs no stack, and the next record is none the worse") {
    FluentRecord record;
    std::string deep = "{\"a\":";
    deep.append(1 << 20, '[');
    std::string out;
    record.append(out, deep);
    CHECK(out == message(deep));
    out.clear();
    record.append(out, "{}");
    CHECK(out == std::string("\xDF\0\0\0\0", 5));
}

}  // namespace tapferry
