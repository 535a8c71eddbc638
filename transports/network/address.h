// One far side, as destinations name it. Part of the options of every transport that sends over the network.
#pragma once

#include <cstdint>
#include <string>

namespace tapferry {

// "host:port", "[v6]:port" or "unix:/path", taken apart.
struct Address {
    std::string host;  // name or literal; empty for a unix socket
    std::uint16_t port = 0;
    std::string unix_path;  // empty: not a unix socket
    std::string text;       // as configured, for people
};

}  // namespace tapferry
