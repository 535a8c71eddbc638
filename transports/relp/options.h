// How events go by RELP, finished and checked: destination type relp.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "transports/network/address.h"
#include "transports/tls/options.h"

namespace tapferry {

// Syslog messages in RELP's frames, to one of several receivers. Accepted means: the receiver has answered
// "200" to each of them.
struct RelpOptions {
    std::vector<Address> addresses;  // at least one; the next is tried when one fails
    std::optional<TlsOptions> tls;   // none: plain text
    std::size_t window = 1024;       // messages under way at most, 1 to 65536
    // For the connection, and again for the answer to the offer that begins the session.
    std::chrono::milliseconds connect_timeout{10000};
    // A receiver that owes answers and gives none for so long is given up: slow is not dead.
    std::chrono::milliseconds answer_timeout{300000};
    // TCP_USER_TIMEOUT: bytes unacknowledged for this long break the connection.
    std::chrono::milliseconds user_timeout{10000};
    // The same while the peer's window is zero.
    std::chrono::milliseconds stall_timeout{300000};
};

}  // namespace tapferry
