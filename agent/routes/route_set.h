// The routes of a running agent, one for each destination that is switched on. The agent's main thread
// changes the set; status and orders may be asked for by any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/routes/route.h"

namespace tapferry {

class RouteSet {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // What routes keep lies below `state`: positions/NAME and dead-letter/NAME.
    RouteSet(std::filesystem::path state, Spool& spool, Disk& disk, Log& log);

    // Makes it and starts it. Throws what Route does when it cannot.
    void add(const DestinationConfig& destination, bool follows_trouble = false);
    // After the configuration was read again: those that are not wanted any more, or not as they are, have
    // until `deadline` to end; the others are let go; new ones start. What goes wrong with one of them is
    // logged and ends nothing.
    void change_to(const std::vector<DestinationConfig>& wanted, Time deadline);

    // Asks all of them to end by `deadline`; returns at once.
    void stop(Time deadline);
    [[nodiscard]] bool all_stopped() const;
    void join();

    // To the route of this destination; `reply` says so when there is none.
    void order(const std::string& destination, RouteOrder order, const OrderReply& reply) const;
    [[nodiscard]] std::vector<RouteStatus> status() const;
    // All of them have passed everything before it. `end` when there is none.
    [[nodiscard]] Position passed(Position end) const;
    [[nodiscard]] std::size_t size() const { return routes_.size(); }

  private:
    void end_unwanted(const std::vector<DestinationConfig>& wanted, Time deadline);
    void tell_end(const Route& route, const std::vector<DestinationConfig>& wanted) const;
    [[nodiscard]] bool has(const std::string& name) const;
    [[nodiscard]] std::set<std::string> not_delivering() const;
    void try_to_add(const DestinationConfig& destination, bool follows_trouble);
    void put_in_order_of(const std::vector<DestinationConfig>& wanted);

    const std::filesystem::path state_;
    Spool& spool_;
    Disk& disk_;
    Log& log_;
    mutable std::mutex mutex_;  // the list: the main thread changes it, others read it
    std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace tapferry
