#include "agent/commands/replay/frame_clock.h"

#include <doctest/doctest.h>

#include "agent/commands/progress_bar.h"
#include "agent/commands/replay/capture_survey.h"
#include "agent/commands/text_table.h"

namespace tapferry {
namespace {

constexpr Timestamp now{1'800'000'000, 0};
constexpr Timestamp otherwise{1'000'000'000, 0};

// A dnstap frame of a client query that was asked then; protobuf by hand: Dnstap{type=MESSAGE, message=14}.
std::vector<std::uint8_t> frame_of(std::uint64_t seconds, std::uint32_t nanoseconds) {
    std::vector<std::uint8_t> message{0x08, 5, 0x40};  // type CLIENT_QUERY, query_time_sec
    for (; seconds > 127; seconds >>= 7) message.push_back(static_cast<std::uint8_t>(seconds | 0x80));
    message.push_back(static_cast<std::uint8_t>(seconds));
    message.push_back(0x4d);  // query_time_nsec
    for (int shift = 0; shift < 32; shift += 8)
        message.push_back(static_cast<std::uint8_t>(nanoseconds >> shift));
    std::vector<std::uint8_t> frame{0x72, static_cast<std::uint8_t>(message.size())};
    frame.insert(frame.end(), message.begin(), message.end());
    frame.insert(frame.end(), {0x78, 1});
    return frame;
}

bool is(const Timestamp& time, std::int64_t seconds, std::uint32_t nanoseconds) {
    return time.seconds == seconds && time.nanoseconds == nanoseconds;
}

}  // namespace

TEST_CASE("a frame of a capture counts as received when it says, on a grid of 20 ms and never earlier") {
    FrameClock clock(otherwise, now);
    CHECK(is(clock.time_of(frame_of(1'700'000'000, 59'999'999)), 1'700'000'000, 60'000'000));
    CHECK(is(clock.time_of(frame_of(1'700'000'000, 60'000'000)), 1'700'000'000, 60'000'000));
    CHECK(is(clock.time_of(frame_of(1'700'000'000, 60'000'001)), 1'700'000'000, 80'000'000));
    CHECK(is(clock.time_of(frame_of(1'700'000'000, 999'999'999)), 1'700'000'001, 0));
}

TEST_CASE("time does not go back for a frame that is a little late, and does for another time") {
    FrameClock clock(otherwise, now);
    CHECK(is(clock.time_of(frame_of(1'700'000'100, 0)), 1'700'000'100, 0));
    CHECK(is(clock.time_of(frame_of(1'700'000'040, 0)), 1'700'000'100, 0));
    CHECK(is(clock.time_of(frame_of(1'700'000'039, 0)), 1'700'000'039, 0));
}

TEST_CASE("a frame that tells no time, or none that can be, counts as received with the one before it") {
    FrameClock clock(otherwise, now);
    const std::vector<std::uint8_t> noise{1, 2, 3};
    CHECK(is(clock.time_of(noise), otherwise.seconds, 0));
    CHECK(is(clock.time_of(frame_of(1'700'000'000, 0)), 1'700'000'000, 0));
    CHECK(is(clock.time_of(noise), 1'700'000'000, 0));
    CHECK(is(clock.time_of(frame_of(9'000'000'000, 0)), 1'700'000'000, 0));
    CHECK(is(clock.time_of(frame_of(1, 0)), 1'700'000'000, 0));
    CHECK_FALSE(clock.told_by(noise));
}

TEST_CASE("an incarnation is the digest's first 64 bits, and never 0") {
    Sha256 digest{};
    CHECK(incarnation_of(digest) == 1);
    digest[31] = 7;
    CHECK(incarnation_of(digest) == 7);
    digest[0] = 0xab;
    CHECK(incarnation_of(digest) == 0xab00'0000'0000'0000);
    CHECK(hex_of(digest).substr(0, 4) == "ab00");
    CHECK(hex_of(digest).size() == 64);
}

TEST_CASE("a progress bar is between nothing and all") {
    CHECK(ProgressBar::line(0, 10, "x") == "[" + std::string(30, '.') + "] 0.0 % x");
    CHECK(ProgressBar::line(5, 10, "x") == "[" + std::string(15, '#') + std::string(15, '.') + "] 50.0 % x");
    CHECK(ProgressBar::line(20, 10, "x") == "[" + std::string(30, '#') + "] 100.0 % x");
    CHECK(ProgressBar::line(0, 0, "x") == "[" + std::string(30, '#') + "] - x");
    CHECK(ProgressBar::line(5, std::nullopt, "x") == "x");
}

TEST_CASE("columns of a table are as wide as what stands in them") {
    TextTable table({"A", "NUMBER", ""});
    table.add({"long one", "1", ""});
    CHECK(table.text({false, true, false}) == "A         NUMBER\nlong one       1\n");
}

}  // namespace tapferry
