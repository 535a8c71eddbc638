// How a transport reaches its far side over one connection, finished and checked: part of the options of
// destination types tcp, dnstap, relp and fluent, and of syslog over TCP and TLS.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "transports/network/address.h"
#include "transports/tls/options.h"

namespace tapferry {

struct PeerOptions {
    std::vector<Address> addresses;  // at least one; the next is tried when one fails
    std::optional<TlsOptions> tls;   // none: plain text
    // For the connection, and again for what must be answered before records may go.
    std::chrono::milliseconds connect_timeout{10000};
    // TCP_USER_TIMEOUT: bytes unacknowledged for this long break the connection.
    std::chrono::milliseconds user_timeout{10000};
    // The same while the peer's window is zero: slow, not dead.
    std::chrono::milliseconds stall_timeout{300000};
};

}  // namespace tapferry
