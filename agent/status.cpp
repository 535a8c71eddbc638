#include "agent/status.h"

#include <algorithm>
#include <numeric>

#include "agent/routes/cursor.h"

namespace tapferry {

std::uint64_t InputStatus::all_rejected() const {
    return std::accumulate(rejected.begin(), rejected.end(), std::uint64_t{0});
}

std::uint64_t InputStatus::in_ring() const {
    return received - std::min(appended + all_rejected(), received);
}

double AgentStatus::bytes_a_frame() const {
    const std::uint64_t frames = distance(begin, std::max(begin, end));
    return frames == 0 ? 0 : static_cast<double>(spool_bytes) / static_cast<double>(frames);
}

std::uint64_t AgentStatus::lag_bytes(const RouteStatus& route) const {
    const auto bytes = static_cast<std::uint64_t>(static_cast<double>(route.pending) * bytes_a_frame());
    return std::min(bytes, spool_bytes);
}

std::optional<double> AgentStatus::lasts_seconds() const {
    const double growth = rate * bytes_a_frame();
    if (growth <= 0) return std::nullopt;
    std::uint64_t held = 0;
    for (const RouteStatus& route : routes) held = std::max(held, lag_bytes(route));
    return static_cast<double>(spool_max_bytes - std::min(held, spool_max_bytes)) / growth;
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
