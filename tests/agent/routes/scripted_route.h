// A route whose far side answers as a test tells it.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <vector>

#include "tests/agent/json_lines.h"
#include "tests/agent/routes/route_fixture.h"
#include "tests/agent/routes/scripted_transport.h"

namespace tapferry::test {

// That waits for next to nothing after a failure.
inline DestinationConfig impatient(const RouteWorld& world) {
    auto destination = world.destination();
    destination.retry = {std::chrono::milliseconds{1}, std::chrono::milliseconds{2}};
    return destination;
}
inline DestinationConfig impatient(const RouteWorld& world, double hold_above) {
    auto destination = impatient(world);
    destination.hold_above = hold_above;
    return destination;
}

inline void start(RouteWorld& world, const std::shared_ptr<FarSide>& far_side,
                  const DestinationConfig& destination, unsigned seed = 1) {
    world.start(destination, {scripted_transport(far_side, seed), nullptr});
}

inline FarSide::Script takes_all() {
    return [](const FarSide::Sequences&, std::size_t) { return accept(); };
}
inline FarSide::Script is_away() {
    return [](const FarSide::Sequences&, std::size_t) {
        return answer(Outcome::Verdict::retry, "connection refused");
    };
}

inline OrderAnswer ask(RouteWorld& world, RouteOrder order) {
    std::promise<OrderAnswer> promise;
    auto answer = promise.get_future();
    world.route().order(order, [&](const OrderAnswer& given) { promise.set_value(given); });
    return answer.get();
}

// The sequence numbers of the dead letters.
inline std::vector<std::uint64_t> dead(const RouteWorld& world) {
    std::vector<std::uint64_t> sequences;
    for (const auto& line : lines_of(world.dead_letters())) sequences.push_back(sequence_of(line));
    return sequences;
}

}  // namespace tapferry::test
