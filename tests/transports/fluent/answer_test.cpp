#include "transports/fluent/answer.h"

#include <doctest/doctest.h>

#include "transports/fluent/msgpack.h"

namespace tapferry {
namespace {

using Kind = FluentAnswer::Kind;
using namespace msgpack;

std::string helo() {
    std::string out;
    append_array(out, 2);
    append_text(out, "HELO");
    append_map(out, 3);
    append_text(out, "nonce");
    out += "\xC4\x02n0";  // bytes
    append_text(out, "auth");
    append_text(out, "salt");
    append_text(out, "keepalive");
    append_boolean(out, true);
    return out;
}

std::string pong() {
    std::string out;
    append_array(out, 5);
    append_text(out, "PONG");
    append_boolean(out, true);
    append_text(out, "fine");
    append_text(out, "host");
    append_text(out, "0123");
    return out;
}

std::string acknowledgement() {
    std::string out;
    append_map(out, 2);
    append_text(out, "more");
    append_array(out, 1);
    append_unsigned(out, 1);
    append_text(out, "ack");
    append_text(out, "chunk-1");
    return out;
}

}  // namespace

TEST_CASE("each answer is read when it is there whole") {
    for (const std::string& whole : {helo(), pong(), acknowledgement()}) {
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK(read_fluent_answer(std::string_view(whole).substr(0, size)).kind == Kind::need_more);
        CHECK(read_fluent_answer(whole + "\xC1").length == whole.size());
    }
    const std::string hello = helo();
    const auto asks = read_fluent_answer(hello);
    CHECK(asks.kind == Kind::helo);
    CHECK(asks.nonce == "n0");
    CHECK(asks.salt == "salt");
    const std::string answer = pong();
    const auto lets_in = read_fluent_answer(answer);
    CHECK(lets_in.kind == Kind::pong);
    CHECK(lets_in.accepted);
    CHECK(lets_in.reason == "fine");
    CHECK(lets_in.hostname == "host");
    CHECK(lets_in.digest == "0123");
    const std::string chunk = acknowledgement();
    const auto acknowledges = read_fluent_answer(chunk);
    CHECK(acknowledges.kind == Kind::acknowledgement);
    CHECK(acknowledges.chunk == "chunk-1");
}

TEST_CASE("anything else is broken, and so is an answer without end") {
    std::string other;
    append_array(other, 2);
    append_text(other, "EHLO");
    append_map(other, 0);
    std::string no_map;
    append_array(no_map, 2);
    append_text(no_map, "HELO");
    append_nil(no_map);
    std::string short_pong;
    append_array(short_pong, 2);
    append_text(short_pong, "PONG");
    append_boolean(short_pong, true);
    std::string no_ack;
    append_map(no_ack, 1);
    append_text(no_ack, "nack");
    append_text(no_ack, "x");
    std::string endless(1, '\xDC');
    endless += std::string("\0\x40", 2);
    for (int i = 0; i < 16; ++i) append_text(endless, std::string(1100, 'x'));
    for (const std::string& text : {other, no_map, short_pong, no_ack, endless, std::string("HTTP/1.1 400"),
                                    std::string("\x80"), std::string("\x90"), std::string("\xC1")})
        CHECK(read_fluent_answer(text).kind == Kind::broken);
}

}  // namespace tapferry
