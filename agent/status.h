// A moment's view of the whole agent, for the admin listener and the log.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/inputs/counters.h"
#include "agent/routes/route.h"
#include "agent/spool/position.h"

namespace tapferry {

struct InputStatus {
    std::string name;
    std::uint64_t received = 0;
    std::uint64_t appended = 0;
    std::array<std::uint64_t, frame_rejection_names.size()> rejected{};
    std::array<std::uint64_t, connection_rejection_names.size()> connections_rejected{};
    std::uint64_t connections = 0;
    std::uint64_t last_frame_seconds = 0;  // Unix time; 0: none came
    double rate = 0;                       // frames received a second, lately

    [[nodiscard]] std::uint64_t all_rejected() const;
    // Frames on their way from the socket to the spool: what the other counters leave.
    [[nodiscard]] std::uint64_t in_ring() const;
};

struct AgentStatus {
    std::uint64_t incarnation = 0;
    Position begin{};
    Position end{};
    std::uint64_t spool_bytes = 0;
    std::uint64_t spool_max_bytes = 0;
    double rate = 0;            // numbers that the log grew by a second, lately
    std::uint64_t notices = 0;  // in the log, of this process: numbers that came by no input
    // Whether what the inputs say was appended, and the notices, is what the log grew by since the process
    // began, and none of them accounts for more than it received.
    bool intake_balanced = true;
    std::vector<InputStatus> inputs;
    std::vector<RouteStatus> routes;

    // Of the log for each number in it, by the mean; 0: it is empty.
    [[nodiscard]] double bytes_a_frame() const;
    // About how much of the log a route has still to go.
    [[nodiscard]] std::uint64_t lag_bytes(const RouteStatus& route) const;
    // How long until the log must drop what the route that lags most has not passed, in seconds, when nothing
    // is delivered and as much comes as lately; none: nothing comes.
    [[nodiscard]] std::optional<double> lasts_seconds() const;
};

InputStatus snapshot(const InputCounters&);

// Whether a route's sums add up, to one event, and end within the log.
bool balanced(const RouteStatus& route, Position end);

// Destinations that are held, or need a person, or have been failing for longer than their longest pause
// between tries; none: ready.
std::vector<std::string> not_ready(const AgentStatus&, std::int64_t unix_now);

}  // namespace tapferry
