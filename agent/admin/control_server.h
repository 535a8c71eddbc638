// The control socket, STATE/control.sock: what changes something in a running agent, over HTTP on a unix
// socket that is the agent's user's alone. It answers what the admin listener answers, too.
//
//   POST /requeue?destination=NAME             the dead letters are sent again
//   POST /dead-letter/purge?destination=NAME   they are removed
//   POST /spool/purge?destination=NAME         what the spool holds for the destination is given up
//
// The answer is {"count":N,"bytes":N} with 200, or a line for people with 400, 404, 409 or 500.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "agent/routes/route_order.h"
#include "agent/status.h"

namespace tapferry {

class Log;

class ControlServer {
  public:
    // Listens at once, in a thread of its own, which asks `status` and calls `orders`. A socket that an agent
    // left behind is replaced, one that somebody listens on never. Throws AdminError.
    ControlServer(const std::filesystem::path& state_directory, std::function<AgentStatus()> status,
                  OrderSink orders);
    // Nobody may owe it an answer any more.
    ~ControlServer();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// In the state directory; where that cannot be it is told, and the agent does without: DNS comes first.
std::unique_ptr<ControlServer> open_control(const std::filesystem::path& state_directory,
                                            std::function<AgentStatus()> status, OrderSink orders, Log& log);

}  // namespace tapferry
