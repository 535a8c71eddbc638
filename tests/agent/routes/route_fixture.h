// A route over a real log to a real receiver, for tests: what it told in the agent's log, and a ledger that
// is checked whenever its status is asked for.
#pragma once

#include <memory>
#include <string>

#include "agent/log.h"
#include "agent/routes/route.h"
#include "agent/status.h"
#include "tests/agent/filled_spool.h"
#include "tests/agent/routes/receiver.h"
#include "transports/network/descriptor.h"

namespace tapferry::test {

// So long a replay window that nothing is accepted before the connection ends in good order.
inline constexpr std::chrono::milliseconds whole_test{60'000};
// What was acknowledged is accepted at once.
inline constexpr std::chrono::milliseconds none{0};

class RouteWorld {
  public:
    explicit RouteWorld(SpoolSize size = {});
    ~RouteWorld();

    // JSON lines to the receiver.
    [[nodiscard]] DestinationConfig destination(std::chrono::milliseconds replay_window = none) const;
    // A route as it comes up with the agent: from its saved position, if there is one.
    void start(DestinationConfig destination);
    void start(DestinationConfig destination, Route::Parts parts);
    // Lets it deliver what the log holds, and waits for its end.
    RouteStatus stop(std::chrono::milliseconds patience = whole_test);
    // Ends it at once, with whatever is on its way.
    void abandon() { route_.reset(); }

    [[nodiscard]] Route& route() { return *route_; }
    // The test fails when its sums do not add up.
    [[nodiscard]] RouteStatus status();
    [[nodiscard]] bool wait_for_state(RouteStatus::State state);
    // How often the transport has said "retry".
    [[nodiscard]] std::uint64_t retries();
    // Returns when the route has noticed.
    void kill_receiver();
    [[nodiscard]] std::uint64_t end() { return number(log.spool().end()); }
    [[nodiscard]] std::string agent_log() const;
    [[nodiscard]] std::string dead_letters() const;
    [[nodiscard]] std::string position_file() const { return log.path("siem.position"); }

    FilledSpool log;
    Receiver receiver;

  private:
    Descriptor log_file_;
    std::unique_ptr<Log> agent_log_;
    std::unique_ptr<Route> route_;
};

// Each number is greater than the one before.
bool rising(const std::vector<std::uint64_t>& sequences);
std::uint64_t lost_by(const RouteStatus& status, LossReason reason);

}  // namespace tapferry::test
