#include "tests/agent/routes/receiver.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace tapferry::test {
namespace {

void check(bool good, const char* what) {
    if (!good) throw std::system_error(errno, std::generic_category(), what);
}

// Bound to `port` of loopback, which several such sockets may share.
Descriptor bound_socket(std::uint16_t port) {
    Descriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    check(::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0, "SO_REUSEADDR");
    check(::setsockopt(made.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0, "SO_REUSEPORT");
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(port);
    check(::bind(made.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0, "bind");
    return made;
}

std::uint16_t port_of(const Descriptor& socket) {
    sockaddr_in name{};
    socklen_t length = sizeof name;
    check(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &length) == 0, "getsockname");
    return ntohs(name.sin_port);
}

}  // namespace

Receiver::Receiver() : place_(bound_socket(0)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    address_.host = "127.0.0.1";
    address_.port = port_of(place_);
    address_.text = address_.host + ":" + std::to_string(address_.port);
    thread_ = std::thread([this] { run(); });
}

Receiver::~Receiver() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    ::eventfd_write(wake_.get(), 1);
    thread_.join();
}

void Receiver::open() {
    behave(Behaviour::reads);
}
void Receiver::kill() {
    behave(Behaviour::refuses);
}
void Receiver::fall_silent() {
    behave(Behaviour::is_silent);
}

void Receiver::behave(Behaviour wanted) {
    std::unique_lock lock(mutex_);
    wanted_ = wanted;
    ::eventfd_write(wake_.get(), 1);
    adapted_.wait(lock, [&] { return present_ == wanted_; });
}

std::vector<std::string> Receiver::lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
}
std::size_t Receiver::line_count() const {
    const std::lock_guard lock(mutex_);
    return lines_.size();
}
std::size_t Receiver::connections_seen() const {
    const std::lock_guard lock(mutex_);
    return connections_seen_;
}

bool Receiver::has_read_all() {
    std::unique_lock lock(mutex_);
    const std::uint64_t round = ++rounds_asked_for_;
    ::eventfd_write(wake_.get(), 1);
    adapted_.wait(lock, [&] { return rounds_done_ >= round; });
    return connections_open_ == 0;
}

void Receiver::run() {
    while (adapt()) {
        wait();
        accept();
        if (present_ == Behaviour::reads)
            for (auto& connection : connections_) read(connection);
        end_round();
    }
}

void Receiver::end_round() {
    const auto ended = std::erase_if(connections_, [](const auto& connection) { return connection.ended; });
    const std::lock_guard lock(mutex_);
    connections_open_ -= ended;
    rounds_done_ = round_;
    adapted_.notify_all();
}

// Becomes what is wanted. False: it is to end.
bool Receiver::adapt() {
    eventfd_t ignored = 0;
    ::eventfd_read(wake_.get(), &ignored);
    const std::lock_guard lock(mutex_);
    if (wanted_ == Behaviour::refuses) {
        const linger reset{1, 0};
        for (auto& connection : connections_)
            ::setsockopt(connection.socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        connections_.clear();
        connections_open_ = 0;
        listener_.reset();
    } else if (!listener_.is_open()) {
        listener_ = bound_socket(address_.port);
        check(::listen(listener_.get(), 16) == 0, "listen");
    }
    present_ = wanted_;
    round_ = rounds_asked_for_;
    if (rounds_done_ < round_) ::eventfd_write(wake_.get(), 1);
    adapted_.notify_all();
    return !ending_;
}

void Receiver::wait() {
    std::vector<pollfd> watched{{wake_.get(), POLLIN, 0}};
    if (listener_.is_open()) watched.push_back({listener_.get(), POLLIN, 0});
    if (present_ == Behaviour::reads)
        for (const auto& connection : connections_) watched.push_back({connection.socket.get(), POLLIN, 0});
    ::poll(watched.data(), watched.size(), -1);
}

void Receiver::accept() {
    while (listener_.is_open()) {
        Descriptor accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!accepted.is_open()) return;
        connections_.push_back({std::move(accepted), "", false});
        const std::lock_guard lock(mutex_);
        ++connections_seen_;
        ++connections_open_;
    }
}

void Receiver::read(Connection& connection) {
    std::array<char, 65536> room;
    const ssize_t count = ::recv(connection.socket.get(), room.data(), room.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        connection.ended = true;
        return;
    }
    connection.begun.append(room.data(), static_cast<std::size_t>(count));
    const std::lock_guard lock(mutex_);
    std::size_t from = 0;
    for (auto end = connection.begun.find('\n'); end != std::string::npos;
         end = connection.begun.find('\n', from)) {
        lines_.push_back(connection.begun.substr(from, end - from));
        from = end + 1;
    }
    connection.begun.erase(0, from);
}

bool wait_until(const std::function<bool()>& condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

}  // namespace tapferry::test
