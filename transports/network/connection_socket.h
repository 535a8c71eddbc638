// The socket under a connection: gives the kernel what is to go out and takes what has come, without
// blocking, and knows neither TLS nor what state that makes. A part of the door of Boost.Asio; owned by
// Connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <system_error>

#include "transports/network/descriptor.h"

namespace tapferry {

class ConnectionBytes;
class ConnectionNetwork;

class ConnectionSocket {
  public:
    // As Connection::Timeouts.
    struct Timeouts {
        std::chrono::milliseconds user;
        std::chrono::milliseconds stall;
    };
    // Whom it tells at once what happens. Any of these may let it rest().
    struct Owner {
        std::function<void()> came;   // something, into the bytes
        std::function<void()> ended;  // the peer sends nothing more
        std::function<void(const std::error_code& why)> lost;
        std::function<void(const std::error_code& why)>
            cannot_write;  // though there may be something to read
    };

    // From and to `bytes`, which outlive it.
    ConnectionSocket(ConnectionNetwork& network, ConnectionBytes& bytes, const Timeouts& timeouts,
                     Owner owner);
    ~ConnectionSocket();

    // Begins with a socket that is connected. What is wrong with it, if anything.
    [[nodiscard]] std::error_code open(Descriptor connected, bool is_tcp);
    // Nothing goes in or out any more, but the kernel can still be asked.
    void rest();
    void close();

    // Takes what comes from now on, while there is room for it.
    void await_reading();
    // Takes what is there. False: there may be more, or it rests.
    bool read();
    // Gives the kernel what it takes; what is left, so many bytes, goes when it takes more.
    std::size_t flush();
    // The same, and the peer sees an end of file behind all of it.
    void end_writing();

    // As unacknowledged_bytes() and socket_error().
    [[nodiscard]] std::size_t unacknowledged() const;
    [[nodiscard]] std::error_code take_error();
    // A peer that is slow and not dead gets the longer time-out (TCP).
    void suit_timeout_to_peer();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
