#include "transports/network/tcp_socket.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace tapferry {
namespace {

// In seconds: the first probe of a silent connection, the next ones, and how many stay unanswered before it
// breaks.
constexpr int keep_alive_idle = 15;
constexpr int keep_alive_interval = 5;
constexpr int keep_alive_count = 3;

void set_option(int fd, int level, int name, int value) {
    // Nothing to do when it fails: each of them only makes a good connection better.
    (void)::setsockopt(fd, level, name, &value, sizeof value);
}

// Headers and kernels before 5.4 do not have it.
template <typename Info>
std::optional<std::uint32_t> peer_window(const Info& info, socklen_t given) {
    if constexpr (requires { info.tcpi_snd_wnd; }) {
        if (given >= offsetof(Info, tcpi_snd_wnd) + sizeof info.tcpi_snd_wnd) return info.tcpi_snd_wnd;
    }
    return std::nullopt;
}

}  // namespace

std::size_t unacknowledged_bytes(int fd) {
    int bytes = 0;
    if (::ioctl(fd, SIOCOUTQ, &bytes) != 0 || bytes < 0) return std::numeric_limits<std::size_t>::max();
    return static_cast<std::size_t>(bytes);
}

bool peer_window_is_closed(int fd) {
    tcp_info info{};
    socklen_t length = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return false;
    const auto window = peer_window(info, length);
    if (window && *window == 0) return true;
    // Bytes wait and none is on its way: what window there is does not let the next segment through.
    return info.tcpi_unacked == 0 && unacknowledged_bytes(fd) > 0;
}

void prepare_tcp_socket(int fd) {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, keep_alive_idle);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, keep_alive_interval);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, keep_alive_count);
}

void set_user_timeout(int fd, std::chrono::milliseconds timeout) {
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(timeout.count()));
}

int socket_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
    return error;
}

}  // namespace tapferry
