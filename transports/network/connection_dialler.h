// Resolves a name and connects a socket to the first of its addresses that answers, without blocking. Names
// are resolved anew at each start(). Used by Connection and Datagram; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "transports/network/descriptor.h"
#include "transports/options.h"
#include "transports/transport.h"

namespace tapferry {

class ConnectionNetwork;

class Dialler {
  public:
    enum class Kind : std::uint8_t { stream, datagram };

    // `timeout`: for resolving and all addresses together; each address gets its share of it. Destroying a
    // dialler whose name is still being looked up waits for the system's resolver. `network`: null: its own.
    Dialler(Kind kind, std::chrono::milliseconds timeout,
            std::shared_ptr<ConnectionNetwork> network = nullptr);
    ~Dialler();

    // Gives up what is under way and begins anew.
    void start(const Address& address);
    // Lets it work until it is over, or until `deadline`.
    void run_until(Deadline deadline);
    // The same by somebody else who lets the network work: when what is under way has taken too long, and
    // what is done then.
    [[nodiscard]] Deadline alarm() const;
    void take_alarm();

    [[nodiscard]] bool under_way() const;
    // When it is over: the connected socket, which does not block; or none, and words() says why.
    Descriptor take_socket();
    [[nodiscard]] const std::string& words() const;
    // There is none because we may not open the path of a unix socket.
    [[nodiscard]] bool forbidden() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
