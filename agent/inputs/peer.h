// Who is at the other end of a unix socket, as text for people: "pid 812 (named), uid 107". Printable
// whatever the process calls itself. Reads /proc, which never waits for a disk.
#pragma once

#include <string>

namespace tapferry {

// Of the process that made the other end, or that called listen() on it when `fd` was connected by us.
std::string describe_peer(int fd);

}  // namespace tapferry
