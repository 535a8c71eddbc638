#include "tests/transports/peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace tapferry {
namespace {

// No test needs this long: it only ends one that would hang.
constexpr int limit_milliseconds = 30000;

void check(bool good, const char* what) {
    if (!good) throw std::system_error(errno, std::generic_category(), what);
}

void wait_readable(int fd) {
    pollfd watched{fd, POLLIN, 0};
    if (::poll(&watched, 1, limit_milliseconds) != 1)
        throw std::runtime_error("nothing came from the transport");
}

bool is_readable(int fd) {
    pollfd watched{fd, POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1;
}

Descriptor make_socket(int family, int type) {
    Descriptor made(::socket(family, type | SOCK_CLOEXEC, 0));
    check(made.is_open(), "socket");
    return made;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(port);
    return name;
}

// One whose port a second one can take over without a moment in which it is free.
Descriptor make_shared_datagram_socket() {
    Descriptor made = make_socket(AF_INET, SOCK_DGRAM);
    const int yes = 1;
    check(::setsockopt(made.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0, "SO_REUSEPORT");
    return made;
}

// Port 0: one that the kernel chooses.
Address bind_to_loopback(const Descriptor& socket, std::uint16_t port = 0) {
    sockaddr_in name = loopback(port);
    socklen_t length = sizeof name;
    check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), length) == 0, "bind");
    check(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &length) == 0, "getsockname");
    Address address;
    address.host = "127.0.0.1";
    address.port = ntohs(name.sin_port);
    address.text = address.host + ":" + std::to_string(address.port);
    return address;
}

void bind_to_path(const Descriptor& socket, const std::string& path) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (path.size() >= sizeof name.sun_path)
        throw std::runtime_error("the temporary folder's path is too long");
    path.copy(name.sun_path, path.size());
    check(::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0, "bind");
}

}  // namespace

std::string Peer::read(std::size_t count) {
    std::string got;
    std::array<char, 65536> room{};
    while (got.size() < count) {
        wait_readable(socket_.get());
        const ssize_t n = ::recv(socket_.get(), room.data(), std::min(room.size(), count - got.size()), 0);
        if (n <= 0) break;
        got.append(room.data(), static_cast<std::size_t>(n));
    }
    return got;
}

std::string Peer::read_to_end() {
    return read(std::string().max_size());
}

void Peer::write(std::string_view bytes) {
    check(
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()),
        "send");
}

void Peer::wait_for_unread(std::size_t count) {
    for (;;) {
        int unread = 0;
        check(::ioctl(socket_.get(), FIONREAD, &unread) == 0, "FIONREAD");
        if (static_cast<std::size_t>(unread) >= count) return;
        wait_readable(socket_.get());
    }
}

void Peer::end_writing() {
    check(::shutdown(socket_.get(), SHUT_WR) == 0, "shutdown");
}

Listener Listener::on_loopback(int receive_buffer) {
    Listener made;
    made.socket_ = make_socket(AF_INET, SOCK_STREAM);
    if (receive_buffer != 0) {
        check(::setsockopt(made.socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                           sizeof receive_buffer) == 0,
              "SO_RCVBUF");
    }
    made.address_ = bind_to_loopback(made.socket_);
    check(::listen(made.socket_.get(), 8) == 0, "listen");
    return made;
}

Listener Listener::on_path(const std::string& path) {
    Listener made;
    made.socket_ = make_socket(AF_UNIX, SOCK_STREAM);
    bind_to_path(made.socket_, path);
    made.address_ = unix_address(path);
    check(::listen(made.socket_.get(), 8) == 0, "listen");
    return made;
}

Peer Listener::accept() {
    wait_readable(socket_.get());
    Descriptor accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    check(accepted.is_open(), "accept");
    return Peer(std::move(accepted));
}

bool Listener::has_waiting() const {
    return is_readable(socket_.get());
}

RefusingPort::RefusingPort()
    : socket_(make_socket(AF_INET, SOCK_STREAM)), address_(bind_to_loopback(socket_)) {}

FullListener::FullListener()
    : socket_(make_socket(AF_INET, SOCK_STREAM)), address_(bind_to_loopback(socket_)) {
    check(::listen(socket_.get(), 0) == 0, "listen");
    const sockaddr_in name = loopback(address_.port);
    for (Descriptor& one : waiting_) {
        one = make_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
        const int result = ::connect(one.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
        check(result == 0 || errno == EINPROGRESS, "connect");
    }
}

DatagramPeer::DatagramPeer() {
    socket_ = make_shared_datagram_socket();
    address_ = bind_to_loopback(socket_);
}

// A connected UDP socket hears only its partner: here itself.
void DatagramPeer::be_deaf() {
    const sockaddr_in name = loopback(address_.port);
    check(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0, "connect");
}

void DatagramPeer::listen_again() {
    Descriptor fresh = make_shared_datagram_socket();
    (void)bind_to_loopback(fresh, address_.port);
    socket_ = std::move(fresh);
}

std::string DatagramPeer::receive() {
    return receive_datagram(socket_);
}
bool DatagramPeer::has_waiting() const {
    return is_readable(socket_.get());
}

Descriptor bind_datagram_path(const std::string& path) {
    Descriptor made = make_socket(AF_UNIX, SOCK_DGRAM);
    bind_to_path(made, path);
    return made;
}

std::string receive_datagram(const Descriptor& socket) {
    std::array<char, 65536> room{};
    wait_readable(socket.get());
    const ssize_t n = ::recv(socket.get(), room.data(), room.size(), 0);
    check(n >= 0, "recv");
    return {room.data(), static_cast<std::size_t>(n)};
}

Address unix_address(const std::string& path) {
    Address address;
    address.unix_path = path;
    address.text = "unix:" + path;
    return address;
}

}  // namespace tapferry
