#include "transports/network/connection_socket.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "transports/network/connection_bytes.h"
#include "transports/network/connection_network.h"
#include "transports/network/tcp_socket.h"

namespace tapferry {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;

constexpr int reads_at_once = 16;

}  // namespace

struct ConnectionSocket::Parts {
    Parts(ConnectionNetwork& network, ConnectionBytes& given_bytes, const Timeouts& given, Owner whom)
        : socket(network.context()), bytes(given_bytes), timeouts(given), owner(std::move(whom)) {}

    asio::generic::stream_protocol::socket socket;
    ConnectionBytes& bytes;
    const Timeouts timeouts;
    const Owner owner;
    std::uint64_t turn = 0;  // what was awaited in an earlier one no longer matters
    bool works = false;
    bool is_tcp = false;
    bool is_stalled = false;
    bool awaits_reading = false;
    bool awaits_writing = false;
    bool is_ending = false;
    bool is_failing = false;

    Error begin(Descriptor connected) {
        Error error;
        socket.assign({is_tcp ? AF_INET : AF_UNIX, 0}, connected.get(), error);
        if (error) return error;
        (void)connected.release();
        socket.non_blocking(true, error);
        if (error || !is_tcp) return error;
        prepare_tcp_socket(socket.native_handle());
        set_user_timeout(socket.native_handle(), timeouts.user);
        return {};
    }

    void await_reading() {
        if (!works || awaits_reading || bytes.full()) return;
        awaits_reading = true;
        socket.async_wait(asio::socket_base::wait_read, [this, now = turn](const Error& error) {
            if (now != turn) return;
            awaits_reading = false;
            if (error) return owner.lost(error);
            read();
            await_reading();
        });
    }

    bool read() {
        for (int i = 0; i < reads_at_once && works; ++i) {
            const std::span<char> room = bytes.room();
            if (room.empty()) return false;
            Error error;
            const std::size_t count = socket.read_some(asio::buffer(room.data(), room.size()), error);
            if (error == asio::error::would_block) return true;
            if (!error) {
                bytes.came(count);
                owner.came();
            } else if (error == asio::error::eof) {
                owner.ended();
            } else {
                owner.lost(error);
            }
        }
        return false;
    }

    std::size_t flush() {
        while (works) {
            const std::string_view next = bytes.outgoing();
            if (next.empty()) break;
            Error error;
            const std::size_t count = socket.write_some(asio::buffer(next), error);
            if (error == asio::error::would_block) {
                await_writing();
                return next.size();
            }
            if (error) {
                if (!std::exchange(is_failing, true)) owner.cannot_write(error);
                return 0;
            }
            bytes.sent(count);
        }
        if (is_ending && works) shut();
        return 0;
    }

    void await_writing() {
        if (std::exchange(awaits_writing, true)) return;
        socket.async_wait(asio::socket_base::wait_write, [this, now = turn](const Error& error) {
            if (now != turn) return;
            awaits_writing = false;
            if (error) return owner.lost(error);
            flush();
        });
    }

    void shut() {
        is_ending = false;
        Error error;
        socket.shutdown(asio::socket_base::shutdown_send, error);
        if (error) owner.lost(error);
    }
};

ConnectionSocket::ConnectionSocket(ConnectionNetwork& network, ConnectionBytes& bytes,
                                   const Timeouts& timeouts, Owner owner)
    : parts_(std::make_unique<Parts>(network, bytes, timeouts, std::move(owner))) {}
ConnectionSocket::~ConnectionSocket() = default;

std::error_code ConnectionSocket::open(Descriptor connected, bool is_tcp) {
    Parts& parts = *parts_;
    parts.is_tcp = is_tcp;
    const Error error = parts.begin(std::move(connected));
    parts.works = !error;
    return error;
}

void ConnectionSocket::rest() {
    parts_->works = false;
    ++parts_->turn;
}

void ConnectionSocket::close() {
    Parts& parts = *parts_;
    Error ignored;
    parts.socket.close(ignored);
    rest();
    parts.is_stalled = parts.awaits_reading = parts.awaits_writing = parts.is_ending = parts.is_failing =
        false;
}

void ConnectionSocket::await_reading() {
    parts_->await_reading();
}
bool ConnectionSocket::read() {
    return parts_->read();
}
std::size_t ConnectionSocket::flush() {
    return parts_->flush();
}

void ConnectionSocket::end_writing() {
    parts_->is_ending = true;
    parts_->flush();
}

std::size_t ConnectionSocket::unacknowledged() const {
    return unacknowledged_bytes(parts_->socket.native_handle());
}
std::error_code ConnectionSocket::take_error() {
    return {socket_error(parts_->socket.native_handle()), std::system_category()};
}

void ConnectionSocket::suit_timeout_to_peer() {
    Parts& parts = *parts_;
    if (!parts.is_tcp) return;
    const bool closed = peer_window_is_closed(parts.socket.native_handle());
    if (std::exchange(parts.is_stalled, closed) == closed) return;
    set_user_timeout(parts.socket.native_handle(), closed ? parts.timeouts.stall : parts.timeouts.user);
}

}  // namespace tapferry
