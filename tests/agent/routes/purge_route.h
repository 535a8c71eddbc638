// Routes that are asked to give up what waits in the spool, for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/agent/routes/late_route.h"
#include "tests/agent/routes/releasing_transport.h"

namespace tapferry::test {

inline void start_releasing(RouteWorld& world, const std::shared_ptr<SlowWord>& word,
                            const DestinationConfig& destination) {
    world.start(destination, {std::make_unique<Releasing>(word), nullptr});
}

// Of all that was sent until now; the route has heard of it.
inline void say_retry(RouteWorld& world, SlowWord& word) {
    const std::uint64_t before = world.retries();
    word.say(Outcome::Verdict::retry);
    REQUIRE(wait_until([&] { return world.retries() > before; }));
}

// Lost by a purge.
inline std::uint64_t purged(const RouteStatus& status) {
    return lost_by(status, LossReason::purge);
}

// The lines of notices of this kind ("gap").
inline std::vector<std::string> notices_in(const std::vector<std::string>& lines, const std::string& what) {
    std::vector<std::string> found;
    for (const auto& line : lines) {
        const auto json = read_json(line);
        if (json.HasMember("notice") && json["notice"]["what"].GetString() == what) found.push_back(line);
    }
    return found;
}

}  // namespace tapferry::test
