// A client of a unix socket that sends whatever a test wants.
#pragma once

#include <cstddef>
#include <string>

#include "tests/inputs/stream_bytes.h"
#include "transports/network/descriptor.h"

namespace tapferry::test {

class Sender {
  public:
    explicit Sender(const std::string& path);

    [[nodiscard]] bool connected() const { return connected_; }
    // Waits until the socket has taken all; false when the peer is gone.
    bool send(const Bytes& bytes) const;
    // What the peer sends, until there are `count` bytes or it closes. Gives up after a minute.
    [[nodiscard]] Bytes receive(std::size_t count) const;
    // All until the peer closes.
    [[nodiscard]] Bytes receive_all() const { return receive(static_cast<std::size_t>(-1)); }
    void close() { socket_.reset(); }

  private:
    Descriptor socket_;
    bool connected_ = false;
};

// Bound to `path` and listening.
Descriptor listening_socket(const std::string& path);

}  // namespace tapferry::test
