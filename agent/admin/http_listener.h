// Answers requests over HTTP on one listening socket, in one thread of its own. Whatever a client does costs
// it a connection and nobody else anything: heads are bounded, bodies never read, and who is slow is left.
// http_listener.cpp and fetch.cpp are doors of Boost.Beast.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transports/network/descriptor.h"

namespace tapferry {

struct HttpAnswer {
    unsigned status = 200;
    std::string_view type = "text/plain; charset=utf-8";
    std::string body;
};

class HttpListener {
  public:
    // Asked in the listener's thread; the answer may come later, by any thread, while the listener lives.
    using Done = std::function<void(HttpAnswer)>;
    using Handler = std::function<void(std::string_view method, std::string_view target, const Done&)>;

    // Throws std::runtime_error, with the reason alone, when it cannot listen there.
    HttpListener(const std::string& host, std::uint16_t port, Handler handler);
    // On a unix socket that listens already.
    HttpListener(Descriptor unix_socket, Handler handler);
    ~HttpListener();

    // "127.0.0.1:9753": where it listens, with the port that was chosen when 0 was asked for.
    [[nodiscard]] std::string address() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
