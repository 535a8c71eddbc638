// An agent's status made by hand, for the tests of what shows it.
#pragma once

#include "agent/status.h"

namespace tapferry::test {

// One input and one route, whose sums balance.
inline AgentStatus sound_status() {
    AgentStatus status;
    status.incarnation = 0x0123456789abcdef;
    status.begin = Position{1};
    status.end = Position{1111};
    status.spool_bytes = 4096;
    InputStatus input;
    input.name = "bind";
    input.received = 1120;
    input.appended = 1110;
    input.rejected = {1, 2, 3, 0};
    input.connections_rejected[1] = 5;
    input.connections = 2;
    input.last_frame_seconds = 1'790'000'000;
    status.inputs.push_back(input);
    RouteStatus route;
    route.name = "siem";
    route.state = RouteStatus::State::delivering;
    route.saved.start = Position{11};
    route.saved.position = Position{1011};
    route.saved.totals.read = 990;
    route.saved.totals.lost[0] = 10;
    route.saved.totals.undecodable = 1;
    route.saved.totals.filtered = 80;
    route.saved.totals.paired = 6;
    route.saved.open_from = Position{900};
    route.saved.open = 3;
    route.saved.totals.rendered = 900;
    route.saved.totals.delivered = 897;
    route.saved.totals.dead_lettered = 3;
    route.saved.totals.records = 950;
    route.saved.totals.repeated = 7;
    route.pending = 100;
    route.in_flight = 60;
    route.lag_seconds = 1.5;
    route.dead_records = 4;
    route.odd_events = {6, 7};
    route.cuts[static_cast<std::size_t>(CutField::answers)] = 12;
    route.cuts[static_cast<std::size_t>(CutField::others)] = 1;
    route.left_out = 21;
    route.letters = {41, 42, 43, 44, 45};
    route.notices[static_cast<std::size_t>(NoticeKind::ledger)] = 31;
    route.deliveries = {9, 8, 7, 6, 5, 4};
    route.delivery_seconds.buckets[2] = 4;
    route.delivery_seconds.buckets[delivery_seconds_bounds.size()] = 1;
    route.delivery_seconds.sum = 12.5;
    status.routes.push_back(route);
    return status;
}

// It has been failing since then, for these words.
inline AgentStatus failing_status(std::int64_t since, std::string words = "connection refused") {
    AgentStatus status = sound_status();
    status.routes.front().state = RouteStatus::State::retrying;
    status.routes.front().failing_since = since;
    status.routes.front().words = std::move(words);
    return status;
}

}  // namespace tapferry::test
