// The far side of a connection, driven step by step by the test: it accepts, reads, stops reading, closes or
// dies when told. On loopback with ports that the kernel chooses.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "transports/network/descriptor.h"
#include "transports/options.h"

namespace tapferry {

class Peer {
  public:
    explicit Peer(Descriptor socket) : socket_(std::move(socket)) {}

    // Waits for so many bytes, or fewer when the connection ends before.
    std::string read(std::size_t count);
    std::string read_to_end();
    void write(std::string_view bytes);
    // Waits until this many bytes lie unread in the kernel.
    void wait_for_unread(std::size_t count);
    void end_writing();
    void close() { socket_.reset(); }
    [[nodiscard]] int descriptor() const { return socket_.get(); }

  private:
    Descriptor socket_;
};

class Listener {
  public:
    // On 127.0.0.1; `receive_buffer` in bytes, 0: as the kernel wants.
    static Listener on_loopback(int receive_buffer = 0);
    static Listener on_path(const std::string& path);

    [[nodiscard]] const Address& address() const { return address_; }
    Peer accept();
    // No further connection gets through, and the port stays taken.
    void close() { socket_.reset(); }
    // Whether somebody has connected and was not accepted yet.
    [[nodiscard]] bool has_waiting() const;

  private:
    Descriptor socket_;
    Address address_;
};

// A port on which nobody listens, kept from others while this lives.
class RefusingPort {
  public:
    RefusingPort();
    [[nodiscard]] const Address& address() const { return address_; }

  private:
    Descriptor socket_;
    Address address_;
};

// Its queue of connections is full, so the kernel answers nobody.
class FullListener {
  public:
    FullListener();
    [[nodiscard]] const Address& address() const { return address_; }

  private:
    Descriptor socket_;
    std::array<Descriptor, 4> waiting_;
    Address address_;
};

// A UDP socket on 127.0.0.1 that can be deaf: then the kernel refuses datagrams to its port.
class DatagramPeer {
  public:
    DatagramPeer();
    [[nodiscard]] const Address& address() const { return address_; }
    void be_deaf();
    void listen_again();
    // The next datagram; waits for it.
    std::string receive();
    [[nodiscard]] bool has_waiting() const;

  private:
    Descriptor socket_;
    Address address_;
};

Descriptor bind_datagram_path(const std::string& path);
std::string receive_datagram(const Descriptor& socket);
Address unix_address(const std::string& path);

}  // namespace tapferry
