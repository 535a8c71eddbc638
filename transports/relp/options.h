// How events go by RELP, finished and checked: destination type relp.
#pragma once

#include <chrono>
#include <cstddef>

#include "transports/network/peer_options.h"

namespace tapferry {

// Syslog messages in RELP's frames, to one of several receivers. Accepted means: the receiver has answered
// "200" to each of them.
struct RelpOptions : PeerOptions {
    std::size_t window = 1024;  // messages under way at most, 1 to 65536
    // A receiver that owes answers and gives none for so long is given up: slow is not dead.
    std::chrono::milliseconds answer_timeout{300000};
};

}  // namespace tapferry
