// The admin listener: /metrics, /healthz, /readyz and /status over HTTP, read-only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "agent/status.h"

namespace tapferry {

class HttpListener;
struct HttpAnswer;

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
    std::unique_ptr<HttpListener> listener_;
};

// What the admin listener says to a request: it changes nothing.
HttpAnswer admin_answer(std::string_view method, std::string_view target,
                        const std::function<AgentStatus()>& status);

}  // namespace tapferry
