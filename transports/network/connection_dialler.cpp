#include "transports/network/connection_dialler.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "transports/network/connection_network.h"
#include "transports/network/tcp_socket.h"

namespace tapferry {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Clock = std::chrono::steady_clock;

// Of a name with more addresses the rest is not tried.
constexpr std::size_t max_addresses = 16;

struct SocketAddress {
    sockaddr_storage bytes{};
    socklen_t length = 0;

    SocketAddress(const void* data, std::size_t size) : length(static_cast<socklen_t>(size)) {
        std::memcpy(&bytes, data, size);
    }
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

Error system_error(int number) {
    return {number, boost::system::system_category()};
}

// A free port of this machine can be given to the very socket that asks for it.
bool is_connected_to_itself(int fd, const SocketAddress& peer) {
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    if (peer.bytes.ss_family == AF_UNIX) return false;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &length) != 0) return false;
    return length == peer.length && std::memcmp(&own, &peer.bytes, length) == 0;
}

}  // namespace

struct Dialler::Parts {
    Parts(Kind wanted, std::chrono::milliseconds time, std::shared_ptr<ConnectionNetwork> given)
        : kind(wanted),
          timeout(time),
          network(given ? std::move(given) : std::make_shared<ConnectionNetwork>()),
          context(network->context()) {}

    const Kind kind;
    const std::chrono::milliseconds timeout;
    const std::shared_ptr<ConnectionNetwork> network;
    asio::io_context& context;
    tcp::resolver resolver{context};
    asio::posix::stream_descriptor socket{context};
    std::uint64_t turn = 0;  // what was begun in an earlier one no longer matters
    bool under_way = false;
    std::string target;  // for people
    std::string doing;
    Deadline until;  // for all
    Deadline alarm;  // for what is being done now
    std::vector<SocketAddress> addresses;
    std::size_t next = 0;
    Error last_error;
    std::string words;
    bool forbidden = false;

    void start(const Address& address) {
        stop();
        under_way = true;
        words.clear();
        forbidden = false;
        target = address.text;
        until = alarm = Clock::now() + timeout;
        addresses.clear();
        next = 0;
        doing = "connect to " + target;
        if (!address.unix_path.empty()) return use_path(address.unix_path);
        Error not_literal;
        const auto literal = asio::ip::make_address(address.host, not_literal);
        if (!not_literal) {
            add(tcp::endpoint(literal, address.port));
            return try_next();
        }
        doing = "resolve " + address.host;
        resolver.async_resolve(address.host, std::to_string(address.port), tcp::resolver::numeric_service,
                               [this, now = turn](const Error& error, const auto& found) {
                                   if (now == turn) take_resolved(error, found);
                               });
    }

    void stop() {
        ++turn;
        under_way = false;
        resolver.cancel();
        close();
    }

    void close() {
        Error ignored;
        socket.close(ignored);
    }

    void add(const tcp::endpoint& endpoint) {
        if (addresses.size() < max_addresses) addresses.emplace_back(endpoint.data(), endpoint.size());
    }

    void use_path(const std::string& path) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        if (path.size() >= sizeof name.sun_path) return fail(system_error(ENAMETOOLONG));
        path.copy(name.sun_path, path.size());
        addresses.emplace_back(&name, sizeof name);
        try_next();
    }

    void take_resolved(const Error& error, const tcp::resolver::results_type& found) {
        for (const auto& entry : found) add(entry.endpoint());
        if (addresses.empty()) return fail(error ? error : Error(asio::error::host_not_found));
        doing = "connect to " + target;
        try_next();
    }

    void try_next() {
        ++turn;
        while (under_way && next < addresses.size()) {
            const auto now = Clock::now();
            alarm = now + (until - now) / static_cast<int>(addresses.size() - next);
            const SocketAddress& address = addresses[next++];
            close();
            last_error = begin_connect(address);
            if (last_error != asio::error::in_progress) {
                if (!last_error) take_connected(address);
                continue;
            }
            socket.async_wait(asio::posix::stream_descriptor::wait_write,
                              [this, begun = turn, &address](const Error& error) {
                                  if (begun != turn) return;
                                  const int refused = socket_error(socket.native_handle());
                                  last_error = refused != 0 ? system_error(refused) : error;
                                  if (!last_error) take_connected(address);
                                  if (under_way) try_next();
                              });
            return;
        }
        if (under_way) fail(last_error);
    }

    Error begin_connect(const SocketAddress& address) {
        const int type = kind == Kind::stream ? SOCK_STREAM : SOCK_DGRAM;
        Descriptor made(::socket(address.bytes.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!made.is_open()) return system_error(errno);
        const int error = ::connect(made.get(), address.get(), address.length) == 0 ? 0 : errno;
        if (error != 0 && error != EINPROGRESS) return system_error(error);
        Error unusable;
        socket.assign(made.get(), unusable);
        if (unusable) return unusable;
        (void)made.release();
        return error == 0 ? Error() : Error(asio::error::in_progress);
    }

    void take_connected(const SocketAddress& address) {
        if (is_connected_to_itself(socket.native_handle(), address)) {
            last_error = asio::error::connection_refused;
        } else {
            under_way = false;
        }
    }

    void take_alarm() {
        if (addresses.empty()) return fail(asio::error::timed_out);
        last_error = asio::error::timed_out;
        try_next();
    }

    void fail(const Error& error) {
        words = doing + ": " + error.message();
        const bool is_path = !addresses.empty() && addresses.front().bytes.ss_family == AF_UNIX;
        forbidden = is_path && (error == system_error(EACCES) || error == system_error(EPERM));
        stop();
    }
};

Dialler::Dialler(Kind kind, std::chrono::milliseconds timeout, std::shared_ptr<ConnectionNetwork> network)
    : parts_(std::make_unique<Parts>(kind, timeout, std::move(network))) {}
Dialler::~Dialler() = default;

void Dialler::start(const Address& address) {
    parts_->start(address);
}

void Dialler::run_until(Deadline deadline) {
    Parts& parts = *parts_;
    while (parts.under_way) {
        if (parts.context.poll_one() > 0) continue;
        const auto now = Clock::now();
        if (parts.alarm <= now) {
            parts.take_alarm();
        } else {
            if (now >= deadline) return;
            parts.context.run_one_until(std::min(deadline, parts.alarm));
        }
    }
}

Deadline Dialler::alarm() const {
    return parts_->under_way ? parts_->alarm : Deadline::max();
}

void Dialler::take_alarm() {
    parts_->take_alarm();
}

bool Dialler::under_way() const {
    return parts_->under_way;
}
const std::string& Dialler::words() const {
    return parts_->words;
}

bool Dialler::forbidden() const {
    return parts_->forbidden;
}

Descriptor Dialler::take_socket() {
    if (parts_->under_way || !parts_->socket.is_open()) return {};
    return Descriptor(parts_->socket.release());
}

}  // namespace tapferry
