#include "transports/network/connection_network.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace tapferry {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Something to wait for, with an alarm that was due a second ago.
struct Late {
    ConnectionNetwork network;
    bool came = false;
    bool was_alarmed = false;

    void run_until(Clock::time_point deadline) {
        const auto due = Clock::now() - 1s;
        network.run_until(deadline, {.done = [this] { return came || was_alarmed; },
                                     .next_alarm = [due] { return due; },
                                     .take_alarms = [this](auto) { was_alarmed = true; },
                                     .look = [] {}});
    }
};

}  // namespace

TEST_CASE("what has come is taken before an alarm that nobody looked at in time") {
    for (const auto deadline : {Clock::now() - 1s, Clock::now() + 1h}) {
        Late late;
        boost::asio::post(late.network.context(), [&] { late.came = true; });
        late.run_until(deadline);
        CHECK(late.came);
        CHECK(!late.was_alarmed);
    }
}

TEST_CASE("an alarm is taken although a peer talks without end, and so is the end of the time") {
    Late late;
    std::size_t steps = 0;
    std::function<void()> talk = [&] {
        ++steps;
        boost::asio::post(late.network.context(), talk);
    };
    talk();
    late.run_until(Clock::now() + 1h);
    CHECK(late.was_alarmed);
    CHECK(steps > 1);
    const std::size_t before = steps;
    late.network.run_until(Clock::now() - 1s, {.done = [] { return false; },
                                               .next_alarm = [] { return Clock::time_point::max(); },
                                               .take_alarms = [](auto) {},
                                               .look = [] {}});
    CHECK(steps > before);
}

TEST_CASE("who waits for nothing is let go when the time is over") {
    ConnectionNetwork network;
    int looks = 0;
    network.run_until(Clock::now() + 20ms, {.done = [] { return false; },
                                            .next_alarm = [] { return Clock::time_point::max(); },
                                            .take_alarms = [](auto) {},
                                            .look = [&looks] { ++looks; }});
    CHECK(looks > 0);
}

}  // namespace tapferry
