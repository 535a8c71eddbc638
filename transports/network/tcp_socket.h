// What Linux tells of a connected socket, and what it lets one set. Used by Connection, its Dialler
// and Datagram; apart from them because <linux/tcp.h>, which alone knows the peer's window, cannot be
// included beside the C library's header.
#pragma once

#include <chrono>
#include <cstddef>

namespace tapferry {

// How much the kernel still holds for the peer: over TCP the bytes (and the FIN) that it has not
// acknowledged, over a unix socket the memory of what it has not read, which is more than the bytes. SIZE_MAX
// when the kernel does not say.
std::size_t unacknowledged_bytes(int fd);

// Bytes wait and the peer takes none, though it answers: it is slow, not dead. TCP only.
bool peer_window_is_closed(int fd);

// Small batches leave at once, and a peer that vanished while nothing is sent is noticed within half a
// minute.
void prepare_tcp_socket(int fd);
// TCP_USER_TIMEOUT: the connection breaks when bytes stay unacknowledged for this long.
void set_user_timeout(int fd, std::chrono::milliseconds timeout);

// A pending error of the socket, errno; 0: none. Asking clears it.
int socket_error(int fd);

}  // namespace tapferry
