// A byte stream over TCP or a unix socket, with or without TLS, that is written, read and watched without
// blocking: the door of Boost.Asio, on an io_context of its own that runs only inside run_until(). Owned by a
// transport and used by its thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "transports/options.h"
#include "transports/tls/session.h"
#include "transports/transport.h"

namespace tapferry {

class ConnectionNetwork;
class TlsClient;

// A byte stream over TCP or a unix socket. The peer is always read from, because reading shows its end: what
// it sends is kept for received(), or thrown away.
class Connection {
  public:
    enum class State : std::uint8_t {
        closed,  // there is none
        connecting,
        open,    // with TLS: the handshake is over, and our certificate was not refused
        ended,   // the peer has ended its side in good order
        broken,  // it could not be made, or was lost: words() says why
    };

    struct Timeouts {
        std::chrono::milliseconds connect;  // for resolving, all addresses of the name and TLS together
        std::chrono::milliseconds user;     // bytes unacknowledged for this long break it (TCP)
        std::chrono::milliseconds stall;    // the same while the peer's window is closed
    };

    // `tls`: null: plain text. Shared by the connections of one transport.
    // `most_received`: how much of what the peer sends is kept until it is consumed. When that is full the
    // peer is not read from, so that it waits, and its end is not seen. 0: all is thrown away.
    // `network`: null: its own. Connections that share one can be waited for together, and none of them is
    // destroyed before all are done with.
    explicit Connection(const Timeouts& timeouts, std::shared_ptr<TlsClient> tls = nullptr,
                        std::size_t most_received = 0, std::shared_ptr<ConnectionNetwork> network = nullptr);
    ~Connection();

    enum class First : std::uint8_t { tls, plain_text };
    // `first`: without TLS at all, or with secure() later.
    void connect(const Address& address, First first = First::tls);
    // Goes on with TLS, to `host`, on a connection that is open and was without it: it is connecting again.
    // Only with a TlsClient.
    void secure(const std::string& host);
    // Begins to write; only when open and not writing(). The bytes are lent until writing() is false.
    void write(std::string_view bytes);
    // Nothing more will be written: the peer sees an end of file behind the last byte. Only when not
    // writing().
    void end_writing();
    // With TLS the peer is told first, as far as that is possible at once.
    void close();

    // Lets the network work until state() or writing() changes or more is received(), or until `deadline`.
    void run_until(Deadline deadline);
    // The same for some that share a network, at least one.
    static void run_any_until(std::span<Connection* const> connections, Deadline deadline);
    // Looks at once whether the peer has sent something, ended or reset the connection.
    void look();

    // What the peer has sent and was not consumed, oldest first, in one piece. It stays when the connection
    // is over, until close() or connect(). The view is good until the next call that is not const.
    [[nodiscard]] std::string_view received() const;
    // Forgets so many of these bytes; what comes behind may be received.
    void consume(std::size_t count);

    [[nodiscard]] State state() const;
    [[nodiscard]] const std::string& words() const;
    // When broken: it will be so again until a person changes something, which is Verdict::misconfigured: TLS
    // fails for certificates or the like, or we may not open the path of a unix socket.
    [[nodiscard]] bool needs_a_person() const;
    // The peer has ended or reset it; it was no time-out.
    [[nodiscard]] bool hung_up() const;
    [[nodiscard]] bool writing() const;
    // How many bytes the kernel has taken since the connection was made; counted before encryption.
    [[nodiscard]] std::uint64_t written() const;
    // How many of them the peer's kernel has acknowledged (unix: the peer has read), as far as is certain:
    // what the kernel says of a connection that is over counts for nothing. Also lends a slow peer the longer
    // time-out.
    std::uint64_t acknowledged();
    // After the peer's end: whether it came behind everything that was written, so that nothing of it was
    // lost.
    bool ended_with_everything();
    // What was agreed; none without TLS, or before the handshake is over.
    [[nodiscard]] std::optional<TlsDetails> tls() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
