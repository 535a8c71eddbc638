#include "agent/inputs/rest_habit.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace tapferry {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// What a full unix socket was found to hold, by the size of the writes: the next larger counts.
struct Measured {
    std::size_t write_bytes;
    std::size_t writes;
};
constexpr Measured measured[] = {{100, 278}, {400, 167}, {1000, 93}, {2000, 49},
                                 {4096, 44}, {6208, 26}, {8192, 24}, {16384, 13}};

std::size_t writes_that_fit(std::size_t write_bytes) {
    const auto found = std::find_if(std::begin(measured), std::end(measured),
                                    [&](const Measured& one) { return one.write_bytes >= write_bytes; });
    return found == std::end(measured) ? 7 : found->writes;
}

// A sender that writes so many bytes every so often, and the loop that reads it as the habit says.
class Exchange {
  public:
    struct Account {
        double seconds = 0;
        std::size_t writes = 0;
        std::size_t wake_ups = 0;
        std::size_t rests = 0;
        double fullest = 0;  // of the socket, 1: nothing more fits
        [[nodiscard]] double wake_ups_a_second() const { return double(wake_ups) / seconds; }
    };

    Account run(std::size_t write_bytes, microseconds between, milliseconds time) {
        Account account{.seconds = std::chrono::duration<double>(time).count()};
        const auto end = now_ + time;
        auto next_write = now_ + between;
        while (now_ < end) {
            now_ = std::max(now_, next_write);
            const auto rest = habit_.rest();
            now_ += rest;
            std::size_t writes = 0;
            for (; next_write <= now_; next_write += between) ++writes;
            account.writes += writes;
            ++account.wake_ups;
            const bool rested = rest != rest.zero();
            account.rests += rested;
            account.fullest =
                std::max(account.fullest, double(writes) / double(writes_that_fit(write_bytes)));
            habit_.note(writes * write_bytes, rested, now_);
            now_ += reading_time;
        }
        return account;
    }

  private:
    static constexpr microseconds reading_time{5};
    RestHabit habit_;
    RestHabit::Clock::time_point now_{};
};

}  // namespace

TEST_CASE("a sender that gathers frames at a good rate is given rests that save most wake-ups") {
    // 32 frames of 194 bytes at a time, or the 8 KiB of libfstrm: 20,000 frames a second.
    CHECK(Exchange().run(32 * 194, microseconds{1600}, milliseconds{10'000}).wake_ups_a_second() < 300);
    CHECK(Exchange().run(8192, microseconds{2100}, milliseconds{10'000}).wake_ups_a_second() < 300);
}

TEST_CASE("a sender that writes frame by frame at a good rate is given rests") {
    const auto account = Exchange().run(194, microseconds{50}, milliseconds{10'000});
    CHECK(account.wake_ups_a_second() < 1000);
    CHECK(account.rests > account.wake_ups / 2);
}

TEST_CASE("rests never let a socket become more than a third full, whatever the steady rate") {
    for (const std::size_t write_bytes : {60, 100, 194, 400, 1000, 2000, 4096, 6208, 8192, 16'384, 32'768}) {
        for (const int between : {10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 20'000}) {
            CAPTURE(write_bytes);
            CAPTURE(between);
            const auto account = Exchange().run(write_bytes, microseconds{between}, milliseconds{2000});
            if (account.rests > 0) CHECK(account.fullest < 0.34);
        }
    }
}

TEST_CASE("where a rest brings nothing more, none is taken") {
    CHECK(Exchange().run(194, milliseconds{10}, milliseconds{10'000}).rests == 0);
    CHECK(Exchange().run(8192, milliseconds{4}, milliseconds{10'000}).rests == 0);
}

TEST_CASE("where frames come so fast that no rest is short enough, none is taken") {
    CHECK(Exchange().run(194, microseconds{8}, milliseconds{1000}).rests == 0);
    CHECK(Exchange().run(6208, microseconds{160}, milliseconds{1000}).rests == 0);
    CHECK(Exchange().run(32'768, microseconds{170}, milliseconds{1000}).rests == 0);
}

TEST_CASE("a flood is read at once after one rest, which it does not fill the socket in") {
    Exchange exchange;
    REQUIRE(exchange.run(8192, microseconds{2100}, milliseconds{1000}).rests > 0);
    // 200,000 frames a second, as libfstrm writes them.
    const auto flood = exchange.run(8192, microseconds{210}, milliseconds{1000});
    CHECK(flood.rests <= 1);
    CHECK(flood.fullest > 0.4);
    CHECK(flood.fullest < 1);
}

TEST_CASE("a change of the sender's habit is noticed") {
    Exchange exchange;
    REQUIRE(exchange.run(6208, microseconds{1600}, milliseconds{1000}).rests > 0);
    exchange.run(6208, milliseconds{20}, milliseconds{3000});
    CHECK(exchange.run(6208, milliseconds{20}, milliseconds{3000}).rests == 0);
    CHECK(exchange.run(6208, microseconds{1600}, milliseconds{3000}).wake_ups_a_second() < 300);
}

TEST_CASE("a handshake is no habit") {
    RestHabit habit;
    RestHabit::Clock::time_point now{};
    const auto write_some = [&] {
        for (int i = 0; i < 9; ++i) habit.note(6208, false, now += microseconds{1600});
    };
    write_some();
    REQUIRE(habit.rest() != habit.rest().zero());
    habit.forget();
    CHECK(habit.rest() == habit.rest().zero());
    write_some();
    CHECK(habit.rest() == RestHabit::longest);
}

}  // namespace tapferry
