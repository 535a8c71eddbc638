#include "agent/routes/route_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/log.h"

namespace tapferry {

RouteSet::RouteSet(std::filesystem::path state, Spool& spool, Disk& disk, Log& log)
    : state_(std::move(state)), spool_(spool), disk_(disk), log_(log) {}

void RouteSet::add(const DestinationConfig& destination, bool follows_trouble) {
    auto route = std::make_unique<Route>(
        destination,
        Route::Places{state_ / "positions" / destination.name, state_ / "dead-letter" / destination.name},
        spool_, disk_, log_);
    route->start(follows_trouble);
    const std::lock_guard lock(mutex_);
    routes_.push_back(std::move(route));
}

void RouteSet::change_to(const std::vector<DestinationConfig>& wanted, Time deadline) {
    const std::set<std::string> troubled = not_delivering();
    end_unwanted(wanted, deadline);
    for (auto& route : routes_) route->let_go();
    for (const auto& destination : wanted)
        if (destination.enabled && !has(destination.name))
            try_to_add(destination, troubled.contains(destination.name));
    put_in_order_of(wanted);
}

// As after a start.
void RouteSet::put_in_order_of(const std::vector<DestinationConfig>& wanted) {
    const auto place_of = [&](const std::unique_ptr<Route>& route) {
        return std::find_if(wanted.begin(), wanted.end(), [&](const DestinationConfig& destination) {
            return destination.name == route->config().name;
        });
    };
    const std::lock_guard lock(mutex_);
    std::stable_sort(routes_.begin(), routes_.end(),
                     [&](const auto& a, const auto& b) { return place_of(a) < place_of(b); });
}

void RouteSet::end_unwanted(const std::vector<DestinationConfig>& wanted, Time deadline) {
    const auto stays = [&](const std::unique_ptr<Route>& route) {
        return std::any_of(wanted.begin(), wanted.end(), [&](const DestinationConfig& destination) {
            return destination.enabled && destination.name == route->config().name &&
                   destination.source == route->config().source;
        });
    };
    for (auto& route : routes_)
        if (!stays(route)) route->stop(deadline);
    for (auto& route : routes_)
        if (!stays(route)) route->join();
    for (const auto& route : routes_)
        if (!stays(route)) tell_end(*route, wanted);
    std::vector<std::unique_ptr<Route>> gone;  // destroyed behind the lock: that may take a resolver's time
    const std::lock_guard lock(mutex_);
    const auto first_gone = std::stable_partition(routes_.begin(), routes_.end(), stays);
    std::move(first_gone, routes_.end(), std::back_inserter(gone));
    routes_.erase(first_gone, routes_.end());
}

void RouteSet::tell_end(const Route& route, const std::vector<DestinationConfig>& wanted) const {
    const RouteStatus status = route.status();
    const bool comes_again = std::any_of(wanted.begin(), wanted.end(), [&](const auto& destination) {
        return destination.enabled && destination.name == status.name;
    });
    if (comes_again) return;
    const std::string what = "is no longer a destination that runs";
    if (status.pending == 0) return log_.info(status.name, what);
    log_.warn(status.name, what + ": " + std::to_string(status.pending) +
                               " events wait, which nothing holds in the spool any more");
}

bool RouteSet::has(const std::string& name) const {
    return std::any_of(routes_.begin(), routes_.end(),
                       [&](const auto& route) { return route->config().name == name; });
}

std::set<std::string> RouteSet::not_delivering() const {
    std::set<std::string> names;
    for (const RouteStatus& route : status())
        if (route.failing_since != 0 || route.state == RouteStatus::State::held) names.insert(route.name);
    return names;
}

void RouteSet::try_to_add(const DestinationConfig& destination, bool follows_trouble) {
    try {
        add(destination, follows_trouble);
        log_.info("reload", "destination " + destination.name + " runs");
    } catch (const std::exception& failure) {
        log_.error("reload", "destination " + destination.name + " does not run: " + failure.what());
    }
}

void RouteSet::stop(Time deadline) {
    for (auto& route : routes_) route->stop(deadline);
}

bool RouteSet::all_stopped() const {
    return std::all_of(routes_.begin(), routes_.end(), [](const auto& route) {
        return route->status().state == RouteStatus::State::stopped;
    });
}

void RouteSet::join() {
    for (auto& route : routes_) route->join();
}

void RouteSet::order(const std::string& destination, RouteOrder order, const OrderReply& reply) const {
    const std::lock_guard lock(mutex_);
    for (const auto& route : routes_)
        if (route->config().name == destination) return route->order(order, reply);
    reply({OrderAnswer::Result::unknown, 0, 0, "there is no such destination, or it is not running"});
}

std::vector<RouteStatus> RouteSet::status() const {
    const std::lock_guard lock(mutex_);
    std::vector<RouteStatus> all;
    for (const auto& route : routes_) all.push_back(route->status());
    return all;
}

Position RouteSet::passed(Position end) const {
    const std::lock_guard lock(mutex_);
    for (const auto& route : routes_) end = std::min(end, route->saved_position());
    return end;
}

}  // namespace tapferry
