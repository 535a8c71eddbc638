#include "agent/status.h"

#include <algorithm>
#include <numeric>

#include "agent/cursor.h"

namespace tapferry {

std::uint64_t InputStatus::all_rejected() const {
    return std::accumulate(rejected.begin(), rejected.end(), std::uint64_t{0});
}

std::uint64_t InputStatus::in_ring() const {
    return received - std::min(appended + all_rejected(), received);
}

InputStatus snapshot(const InputCounters& counters) {
    InputStatus status;
    status.name = counters.name;
    // What left the ring is read before what came in, so that the difference is never negative.
    status.appended = counters.frames_appended.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < status.rejected.size(); ++i) status.rejected[i] = counters.frames_rejected[i];
    status.received = counters.frames_received.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < status.connections_rejected.size(); ++i)
        status.connections_rejected[i] = counters.connections_rejected[i];
    status.connections = counters.connections;
    status.last_frame_seconds = counters.last_frame_seconds;
    return status;
}

bool balanced(const RouteStatus& route, Position end) {
    return balanced(route.saved) && route.saved.position <= end;
}

std::vector<std::string> not_ready(const AgentStatus& status, std::int64_t unix_now) {
    std::vector<std::string> names;
    for (const auto& route : status.routes)
        if (route.state == RouteStatus::State::held || route.needs_a_person ||
            (route.failing_since != 0 && unix_now - route.failing_since >= route.patience.count()))
            names.push_back(route.name);
    return names;
}

}  // namespace tapferry
