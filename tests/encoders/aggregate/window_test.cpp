#include "encoders/aggregate/window.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

Event received(std::uint64_t sequence, std::int64_t seconds, std::uint32_t nanoseconds = 0) {
    Event event;
    event.id = {1, sequence};
    event.received = {seconds, nanoseconds};
    return event;
}

}  // namespace

TEST_CASE("a window lies between the multiples of its length around the times of receipt") {
    using namespace std::chrono_literals;
    Window window(60s);
    window.take(received(7, 119, 999'999'999));
    CHECK(window.begin() == Timestamp{60, 0});
    CHECK(window.end() == Timestamp{120, 0});
    CHECK(window.id() == EventId{1, 7});
    window.take(received(8, 120));
    window.take(received(9, 61));
    CHECK(window.begin() == Timestamp{60, 0});
    CHECK(window.end() == Timestamp{180, 0});
    CHECK(window.id() == EventId{1, 7});
    window.clear();
    window.take(received(9, 61));
    CHECK(window.id() == EventId{1, 9});
    CHECK(window.end() == Timestamp{120, 0});
}

TEST_CASE("a window is full when so much was counted, and after clear() counts anew") {
    Window window(std::chrono::minutes(1), 3);
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 3; ++i) {
            window.take(received(1, 60));
            CHECK_FALSE(window.full());
            window.count();
        }
        CHECK(window.full());
        window.clear();
    }
}

TEST_CASE("windows of parts of a second and times before 1970 have exact bounds too") {
    Window window(std::chrono::milliseconds(1500));
    window.take(received(1, 4, 600'000'000));
    CHECK(window.begin() == Timestamp{4, 500'000'000});
    CHECK(window.end() == Timestamp{6, 0});
    window.clear();
    window.take(received(1, -1, 0));
    CHECK(window.begin() == Timestamp{-2, 500'000'000});
    CHECK(window.end() == Timestamp{0, 0});
}

}  // namespace tapferry
