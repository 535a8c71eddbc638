// Asks a running agent's admin listener, for `tapferry status`.
#pragma once

#include <string>

namespace tapferry {

// The body of GET `path` at `address` ("host:port"). Throws std::runtime_error, for people, when there is no
// answer within 10 seconds, or one that is not 200.
std::string fetch(const std::string& address, const std::string& path);

}  // namespace tapferry
