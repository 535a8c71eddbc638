// How events go by Fluentd's forward protocol, finished and checked: destination type fluent.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "transports/network/address.h"
#include "transports/tls/options.h"

namespace tapferry {

// Batches as chunks of the forward protocol, to one of several receivers. Accepted means: the receiver has
// acknowledged the chunk. Without acknowledgement: its kernel has the bytes, and `replay_window` has passed
// since, as with StreamOptions.
struct FluentOptions {
    std::vector<Address> addresses;  // at least one; the next is tried when one fails
    std::optional<TlsOptions> tls;   // none: plain text
    std::string tag = "dns";
    std::string shared_key;  // empty: the receiver asks for none
    std::string username;    // for receivers that ask for one beside the key
    std::string password;
    std::string hostname = "tapferry";  // who we are, to a receiver that asks for a key
    bool acknowledgement = true;
    std::chrono::milliseconds replay_window{5000};
    // For the connection, and again for logging in.
    std::chrono::milliseconds connect_timeout{10000};
    // A receiver that owes acknowledgements and gives none for so long is given up.
    std::chrono::milliseconds answer_timeout{300000};
    // TCP_USER_TIMEOUT: bytes unacknowledged for this long break the connection.
    std::chrono::milliseconds user_timeout{10000};
    // The same while the peer's window is zero.
    std::chrono::milliseconds stall_timeout{300000};
};

}  // namespace tapferry
