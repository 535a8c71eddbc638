// Asks a running agent: its admin listener, for `tapferry status`, and its control socket, for commands that
// change something.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "agent/routes/route_order.h"

namespace tapferry {

// The body of GET `path` at `address` ("host:port"). Throws std::runtime_error, for people, when there is no
// answer within 10 seconds, or one that is not 200.
std::string fetch(const std::string& address, const std::string& path);

// Whether an agent whose state lies there can be given orders. Throws std::runtime_error when it is another
// user's.
bool agent_listens(const std::filesystem::path& state_directory);

// What the agent whose state lies there made of the order. None: nobody listens, so no agent runs. Throws
// std::runtime_error, for people, when there is no answer within a minute, or the socket is another user's.
std::optional<OrderAnswer> give_order(const std::filesystem::path& state_directory, RouteOrder order,
                                      const std::string& destination);

}  // namespace tapferry
