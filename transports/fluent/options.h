// How events go by Fluentd's forward protocol, finished and checked: destination type fluent.
#pragma once

#include <chrono>
#include <string>

#include "transports/network/peer_options.h"

namespace tapferry {

// Batches as chunks of the forward protocol, to one of several receivers. Accepted means: the receiver has
// acknowledged the chunk. Without acknowledgement: its kernel has the bytes, and `replay_window` has passed
// since, as with StreamOptions.
struct FluentOptions : PeerOptions {
    std::string tag = "dns";
    std::string shared_key;  // empty: the receiver asks for none
    std::string username;    // for receivers that ask for one beside the key
    std::string password;
    std::string hostname = "tapferry";  // who we are, to a receiver that asks for a key
    bool acknowledgement = true;
    std::chrono::milliseconds replay_window{5000};
    // A receiver that owes acknowledgements and gives none for so long is given up.
    std::chrono::milliseconds answer_timeout{300000};
};

}  // namespace tapferry
