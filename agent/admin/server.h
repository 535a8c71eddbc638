// The admin listener: /metrics, /healthz, /readyz and /status over HTTP, read-only, in one thread of its own.
// Whatever a client does costs it a connection and nobody else anything. server.cpp and fetch.cpp are doors
// of Boost.Beast.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "agent/status.h"

namespace tapferry {

// The address cannot be listened on; what() is for people.
struct AdminError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class AdminServer {
  public:
    // Listens at once; `status` is asked from the server's thread.
    AdminServer(const std::string& host, std::uint16_t port, std::function<AgentStatus()> status);
    ~AdminServer();

    // "127.0.0.1:9753": where it listens, with the port that was chosen when 0 was asked for.
    [[nodiscard]] std::string address() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
