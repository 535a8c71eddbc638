// A byte stream over TCP or a unix socket that is written and watched without blocking: the door of
// Boost.Asio, on an io_context of its own that runs only inside run_until(). What the peer sends is read and
// thrown away, because reading shows its end. Owned by Stream and used by its thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "transports/options.h"
#include "transports/transport.h"

namespace tapferry {

// A byte stream over TCP or a unix socket. What the peer sends is read and thrown away: reading shows its
// end.
class Connection {
  public:
    enum class State : std::uint8_t {
        closed,  // there is none
        connecting,
        open,
        ended,   // the peer has ended its side in good order
        broken,  // it could not be made, or was lost: words() says why
    };

    struct Timeouts {
        std::chrono::milliseconds connect;  // for resolving and all addresses of the name together
        std::chrono::milliseconds user;     // bytes unacknowledged for this long break it (TCP)
        std::chrono::milliseconds stall;    // the same while the peer's window is closed
    };

    explicit Connection(const Timeouts& timeouts);
    ~Connection();

    void connect(const Address& address);
    // Begins to write; only when open and not writing(). The bytes are lent until writing() is false.
    void write(std::string_view bytes);
    // Nothing more will be written: the peer sees an end of file behind the last byte.
    void end_writing();
    void close();

    // Lets the network work until state() or writing() changes, or until `deadline`.
    void run_until(Deadline deadline);
    // Looks at once whether the peer has ended or reset the connection.
    void look();

    [[nodiscard]] State state() const;
    [[nodiscard]] const std::string& words() const;
    // It could not be made because we may not open the path of a unix socket.
    [[nodiscard]] bool forbidden() const;
    [[nodiscard]] bool writing() const;
    // How many bytes the kernel has taken since the connection was made.
    [[nodiscard]] std::uint64_t written() const;
    // How many of them the peer's kernel has acknowledged (unix: the peer has read), as far as is certain:
    // what the kernel says of a connection that is over counts for nothing. Also lends a slow peer the longer
    // time-out.
    std::uint64_t acknowledged();
    // After the peer's end: whether it came behind everything that was written, so that nothing of it was
    // lost.
    bool ended_with_everything();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
