// Where and how each transport delivers, finished and checked. Made by the configuration, taken by
// make_transport().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "encoders/records.h"

namespace tapferry {

// "host:port", "[v6]:port" or "unix:/path", taken apart.
struct Address {
    std::string host;  // name or literal; empty for a unix socket
    std::uint16_t port = 0;
    std::string unix_path;  // empty: not a unix socket
    std::string text;       // as configured, for people
};

// A byte stream to one of several peers: destination types tcp, and syslog over TCP.
// Accepted means: the peer's kernel acknowledged the bytes (SIOCOUTQ), and then `replay_window` passed
// without the connection breaking, or the connection was closed in good order.
struct StreamOptions {
    std::vector<Address> addresses;  // at least one; the next is tried when one fails
    Framing framing = Framing::newline;
    std::chrono::milliseconds replay_window{5000};
    std::chrono::milliseconds connect_timeout{10000};
    // TCP_USER_TIMEOUT: bytes unacknowledged for this long break it.
    std::chrono::milliseconds user_timeout{10000};
    // The same while the peer's window is zero: slow, not dead.
    std::chrono::milliseconds stall_timeout{300000};
};

// One record a datagram: syslog over UDP, or a unix datagram socket such as /dev/log. Accepted means: send()
// returned.
struct DatagramOptions {
    Address address;
    std::size_t max_bytes = 1400;                      // a longer record is refused
    std::chrono::milliseconds connect_timeout{10000};  // for resolving the name
};

// Appends to one file. Accepted means: write() returned, or fdatasync() with `fsync`. Framed as Frame
// Streams, the file is a whole stream, as standard output is.
struct FileOptions {
    std::string path;  // its directory must exist; made with mode 0640 less the umask
    Framing framing = Framing::newline;
    bool fsync = false;
    // How often it is looked whether the path still names the open file.
    std::chrono::milliseconds recheck{1000};
};

// Standard output. Accepted means: write() returned.
struct StdoutOptions {
    Framing framing = Framing::newline;
};

using TransportOptions = std::variant<StreamOptions, DatagramOptions, FileOptions, StdoutOptions>;

// How the options' transport wants its records framed.
Framing framing_of(const TransportOptions&);

}  // namespace tapferry
