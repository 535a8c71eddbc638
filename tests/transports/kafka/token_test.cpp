#include "transports/kafka/token.h"

#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

const std::chrono::sys_time<std::chrono::milliseconds> today{1'795'209'822s};

}  // namespace

TEST_CASE("a JSON Web Token says whose it is and until when") {
    // {"sub":"tapferry-1","exp":1795300000.5}
    const auto token =
        bearer_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0YXBmZXJyeS0xIiwiZXhwIjoxNzk1MzAwMDAwLjV9.sig", today);
    CHECK(token.principal == "tapferry-1");
    CHECK(token.expires == std::chrono::sys_seconds(1'795'300'000s));
}

TEST_CASE("any other token is good for five minutes, whatever stands in it") {
    for (const char* text : {"opaque", "a.b", "a.!!.c", "..", "e30.e30.", "x.W10.y", "a.eyJleHAiOiJ4In0.b",
                             "a.eyJleHAiOjFlMzAwfQ.b", "a.eyJleHAiOi0xfQ.b", "a.eyJzdWIiOiIifQ."}) {
        const auto token = bearer_token(text, today);
        CHECK_MESSAGE(token.expires == today + 5min, text);
        CHECK(token.principal == "tapferry");
        CHECK(token.text == text);
    }
}

}  // namespace tapferry
