// Which time an event has, and how much of it is worth printing.
#include <doctest/doctest.h>

#include "tests/proto/decoded_frame.h"

using namespace tapferry;
using namespace tapferry::test;

TEST_CASE("the time of an event is its own side's, else the other's, else the agent's") {
    const auto time_of = [](std::uint64_t type, std::uint64_t query_seconds, std::uint64_t response_seconds) {
        auto message = message_of_type(type);
        if (query_seconds != 0) message.varint(field::query_time_sec, query_seconds);
        if (response_seconds != 0) message.varint(field::response_time_sec, response_seconds);
        return Decoded(message).event.time.seconds - static_cast<std::int64_t>(now);
    };
    CHECK(time_of(5, now - 2, now - 1) == -2);
    CHECK(time_of(6, now - 2, now - 1) == -1);
    CHECK(time_of(5, 0, now - 1) == -1);
    CHECK(time_of(6, now - 2, 0) == -2);
    CHECK(time_of(6, 0, 0) == 0);
}

TEST_CASE("a time before 2000, over a day ahead or without a sound fraction is none") {
    const auto source_of = [](std::uint64_t seconds, std::uint32_t nanoseconds) {
        const Decoded decoded(message_of_type(5)
                                  .varint(field::query_time_sec, seconds)
                                  .fixed32(field::query_time_nsec, nanoseconds));
        const bool from_server = decoded.event.time_source == TimeSource::server;
        CHECK(decoded.event.query_time.has_value() == from_server);
        CHECK(decoded.event.oddities.time == !from_server);  // so that it can be counted
        if (!from_server) CHECK(decoded.event.time == decoded.event.received);
        return decoded.event.time_source;
    };
    CHECK(source_of(946684799, 0) == TimeSource::agent);
    CHECK(source_of(946684800, 0) == TimeSource::server);
    CHECK(source_of(now + 86400, 0) == TimeSource::server);
    CHECK(source_of(now + 86401, 0) == TimeSource::agent);
    CHECK(source_of(~std::uint64_t{0}, 0) == TimeSource::agent);
    CHECK(source_of(std::uint64_t{1} << 63, 0) == TimeSource::agent);
    CHECK(source_of(now, 999'999'999) == TimeSource::server);
    CHECK(source_of(now, 1'000'000'000) == TimeSource::agent);
}

TEST_CASE("a time that was not sent is nothing odd") {
    CHECK_FALSE(Decoded(message_of_type(5)).event.oddities.time);
    CHECK_FALSE(Decoded(message_of_type(5).varint(field::query_time_sec, 0)).event.oddities.time);
    CHECK(Decoded(message_of_type(6).varint(field::query_time_sec, 1).varint(field::response_time_sec, now))
              .event.oddities.time);
}

TEST_CASE("the fraction has as many digits as the source seems to measure") {
    const auto digits_of = [](std::uint32_t nanoseconds) {
        return Decoded(message_of_type(5)
                           .varint(field::query_time_sec, now)
                           .fixed32(field::query_time_nsec, nanoseconds))
            .event.time_digits;
    };
    CHECK(digits_of(123'456'789) == 9);
    CHECK(digits_of(123'456'000) == 6);
    CHECK(digits_of(123'000'000) == 3);
    CHECK(digits_of(0) == 3);
}

TEST_CASE("of two times the finer one says how many digits both have") {
    const auto event = Decoded(message_of_type(6)
                                   .varint(field::query_time_sec, now)
                                   .fixed32(field::query_time_nsec, 122'456'000)
                                   .varint(field::response_time_sec, now)
                                   .fixed32(field::response_time_nsec, 123'000'000))
                           .event;
    CHECK(event.time_digits == 6);
}
