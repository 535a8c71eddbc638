#include "agent/commands/replay/wait_watch.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

using namespace std::chrono_literals;

const WaitWatch::Time start{};

RouteStatus waiting(const std::string& name, const std::string& words = "") {
    RouteStatus route;
    route.name = name;
    route.words = words;
    route.pending = 3;
    return route;
}

// Looks each second; what was said, by second.
std::vector<std::pair<int, std::string>> said(WaitWatch& watch, const std::vector<RouteStatus>& routes,
                                              int from, int to) {
    std::vector<std::pair<int, std::string>> all;
    for (int second = from; second < to; ++second)
        if (const auto words = watch.look(routes, start + std::chrono::seconds(second)); !words.empty())
            all.emplace_back(second, words);
    return all;
}

}  // namespace

TEST_CASE("who waits for destinations is told after a while which they are and why, and ever more seldom") {
    WaitWatch watch(start, 0s);
    RouteStatus done;
    done.name = "done";
    const auto told = said(watch, {waiting("siem", "connection refused"), done, waiting("lines")}, 0, 200);
    std::vector<int> seconds;
    for (const auto& [second, words] : told) seconds.push_back(second);
    CHECK(seconds == std::vector<int>{5, 10, 20, 40, 80, 140});
    CHECK(told[1].second ==
          "waits for siem: connection refused; and for lines: it has accepted nothing for 10 s");
}

TEST_CASE("what moves is not waited for, and the while begins anew") {
    WaitWatch watch(start, 2s);
    auto route = waiting("siem");
    CHECK(said(watch, {route}, 0, 7).empty());
    route.saved.position = route.saved.position + 1;
    CHECK(said(watch, {route}, 7, 14).empty());
    CHECK(said(watch, {route}, 14, 15).size() == 1);
    route.deliveries[static_cast<std::size_t>(Outcome::Verdict::accepted)] = 1;
    CHECK(said(watch, {route}, 15, 22).empty());
    CHECK(said(watch, {route}, 22, 23).size() == 1);
    // A window fills.
    for (int second = 23; second < 40; ++second) {
        ++route.in_flight;
        CHECK(said(watch, {route}, second, second + 1).empty());
    }
    // What goes again and again does not move.
    for (int second = 40; second < 46; ++second) {
        route.in_flight = second % 2 == 0 ? 1 : 17;
        CHECK(said(watch, {route}, second, second + 1).empty());
    }
    CHECK(said(watch, {route}, 46, 47).size() == 1);
    route.pending = route.in_flight = 0;
    CHECK(said(watch, {route}, 47, 300).empty());
}

}  // namespace tapferry
