// What stands between the user of a connection and its socket: bytes to be sent, encrypted where there is
// TLS, and bytes that were received. No sockets here. Owned by Connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "transports/network/receive_buffer.h"
#include "transports/tls/session.h"

namespace tapferry {

class ConnectionBytes {
  public:
    // `most_received`: is kept until it is consumed; 0: what comes is thrown away.
    explicit ConnectionBytes(std::size_t most_received) : received_(most_received) {}

    // For a new connection. Null: plain text.
    void begin(std::unique_ptr<TlsSession> session);
    [[nodiscard]] TlsSession* session() const { return session_.get(); }

    // The bytes are lent until writing() is false.
    void write(std::string_view bytes);
    // Nothing more is written, though bytes may be left.
    void give_up_writing();
    // The peer is to be told that nothing more comes.
    void end_writing();
    [[nodiscard]] bool writing() const { return written_ != given_; }
    [[nodiscard]] std::uint64_t written() const { return written_; }

    // What the kernel is to be given next, and how much it took. Empty: nothing.
    std::string_view outgoing();
    void sent(std::size_t count);
    // How many bytes of what was written the peer has for certain, when so many of those sent may still be on
    // their way.
    std::uint64_t arrived(std::uint64_t on_their_way);

    // Where the kernel's bytes go, and how many came. Empty: nothing can be taken before something is
    // consumed.
    std::span<char> room();
    void came(std::size_t count);
    [[nodiscard]] bool full() const { return keeps() && received_.full(); }
    [[nodiscard]] std::string_view received() const { return received_.view(); }
    [[nodiscard]] std::uint64_t received_in_all() const { return received_in_all_; }
    void consume(std::size_t count);

  private:
    [[nodiscard]] bool keeps() const { return received_.capacity() != 0; }
    void decrypt();
    void keep(std::size_t count);

    std::unique_ptr<TlsSession> session_;
    std::string_view unwritten_;
    std::uint64_t given_ = 0;    // to be written, in all
    std::uint64_t written_ = 0;  // of these the kernel has taken
    std::uint64_t sent_ = 0;     // bytes that the kernel has taken, as they were sent
    ReceiveBuffer received_;
    std::uint64_t received_in_all_ = 0;
    std::array<char, 16384> passing_{};  // what is encrypted, or what nobody wants
};

}  // namespace tapferry
