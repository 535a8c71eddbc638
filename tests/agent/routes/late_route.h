// A route with catch_up = "live_first" whose destination was away.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/agent/routes/scripted_route.h"

namespace tapferry::test {

// Batches of ten: what more than a hundred frames wait is put off.
inline DestinationConfig live_first(const RouteWorld& world) {
    auto destination = impatient(world);
    destination.catch_up = CatchUp::live_first;
    destination.batch.max_events = 10;
    return destination;
}

// Of what lies before `from` only the first ten.
inline FarSide::Script takes_from(std::uint64_t from) {
    return [from](const FarSide::Sequences& records, std::size_t) {
        return records.front() <= 10 || records.front() >= from ? accept()
                                                                : answer(Outcome::Verdict::retry, "busy");
    };
}

inline std::shared_ptr<FarSide> far_side_that(FarSide::Script script, std::size_t window = 1) {
    return std::make_shared<FarSide>(std::move(script), window);
}

inline bool has_taken(const FarSide& far_side, std::uint64_t sequence) {
    const auto taken = far_side.taken();
    return std::find(taken.begin(), taken.end(), sequence) != taken.end();
}

// An outage of so many frames, and then a far side that takes what comes and of what waited ten alone.
inline std::shared_ptr<FarSide> with_put_off(RouteWorld& world, std::size_t waiting, std::size_t live,
                                             const DestinationConfig& destination) {
    auto far_side = far_side_that(is_away());
    world.log.append_captured(waiting);
    start(world, far_side, destination);
    REQUIRE(world.wait_for_state(RouteStatus::State::retrying));
    far_side->change(takes_from(waiting + 1));
    REQUIRE(wait_until([&] { return !world.status().saved.late.empty(); }));
    world.log.append_captured(live);
    REQUIRE(wait_until([&] { return live == 0 || has_taken(*far_side, waiting + live); }));
    return far_side;
}

// What an earlier process left: all before `position` is delivered, but for these stretches.
inline void leave_late(const RouteWorld& world, std::uint64_t position,
                       const std::vector<std::pair<std::uint64_t, std::uint64_t>>& stretches) {
    SavedPosition saved;
    saved.position = saved.open_from = saved.highest = Position{position};
    std::uint64_t delivered = position - 1;
    for (const auto& [from, to] : stretches) {
        LateStretch stretch;
        stretch.position = stretch.open_from = Position{from};
        stretch.to = Position{to};
        saved.late.push_back(stretch);
        delivered -= to - from;
    }
    saved.totals.read = saved.totals.rendered = saved.totals.delivered = delivered;
    PositionFile file(world.position_file(), posix_disk());
    REQUIRE(file.save(saved));
}

inline RouteStatus when_all_is_settled(RouteWorld& world) {
    REQUIRE(wait_until([&] { return world.status().pending == 0; }));
    return world.status();
}

inline std::string late_of(const RouteStatus& status) {
    std::string text;
    for (const auto& stretch : status.saved.late)
        text += (text.empty() ? "" : " ") + range(number(stretch.position), number(stretch.to));
    return text;
}

}  // namespace tapferry::test
