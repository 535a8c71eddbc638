#include "agent/status.h"

#include <doctest/doctest.h>

#include "tests/agent/admin/agent_status.h"

namespace tapferry {
namespace {

using namespace test;

TEST_CASE("what was received and neither appended nor rejected is in the ring") {
    const InputStatus input = sound_status().inputs.front();
    CHECK(input.in_ring() == 1120 - 1110 - 6);
}

TEST_CASE("counters that another thread has moved between two looks never make a huge number") {
    InputStatus input;
    input.received = 10;
    input.appended = 9;
    input.rejected = {2, 0, 0, 0};
    CHECK(input.in_ring() == 0);
}

TEST_CASE("a snapshot takes each counter of an input") {
    InputCounters counters("bind");
    add(counters.frames_received, 10);
    add(counters.frames_appended, 6);
    for (std::size_t i = 0; i < counters.frames_rejected.size(); ++i) add(counters.frames_rejected[i], i);
    for (std::size_t i = 0; i < counters.connections_rejected.size(); ++i)
        add(counters.connections_rejected[i], 10 + i);
    add(counters.connections, 2);
    add(counters.last_frame_seconds, 77);
    const InputStatus status = snapshot(counters);
    CHECK(status.name == "bind");
    CHECK(status.received == 10);
    CHECK(status.appended == 6);
    CHECK(status.connections == 2);
    CHECK(status.last_frame_seconds == 77);
    for (std::size_t i = 0; i < status.rejected.size(); ++i) CHECK(status.rejected[i] == i);
    for (std::size_t i = 0; i < status.connections_rejected.size(); ++i)
        CHECK(status.connections_rejected[i] == 10 + i);
}

TEST_CASE("a route balances when its sums do and its position lies within the log") {
    AgentStatus status = sound_status();
    RouteStatus& route = status.routes.front();
    CHECK(balanced(route, status.end));
    CHECK(balanced(route, route.saved.position));
    CHECK(!balanced(route, Position{number(route.saved.position) - 1}));
    ++route.saved.totals.delivered;
    CHECK(!balanced(route, status.end));
}

TEST_CASE("an agent is not ready once a destination has failed for longer than its longest pause") {
    AgentStatus status = failing_status(1000);
    status.routes.front().patience = std::chrono::seconds{60};
    CHECK(not_ready(status, 1059).empty());
    CHECK(not_ready(status, 1060) == std::vector<std::string>{"siem"});
    CHECK(not_ready(status, 999).empty());
    CHECK(not_ready(sound_status(), 1'000'000).empty());
}

}  // namespace
}  // namespace tapferry
