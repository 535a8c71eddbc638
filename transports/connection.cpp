#include "transports/connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <utility>

#include "transports/connection_dialler.h"
#include "transports/tcp_socket.h"

namespace tapferry {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;
using Clock = std::chrono::steady_clock;

// A peer may talk without end: after so many steps somebody looks at the clock.
constexpr int steps_between_looks = 64;
constexpr int reads_at_once = 16;

}  // namespace

struct Connection::Parts {
    explicit Parts(const Timeouts& given) : timeouts(given), dialler(Dialler::Kind::stream, given.connect) {}

    const Timeouts timeouts;
    Dialler dialler;
    asio::io_context context{1};
    // Waiting is possible even when nothing is under way.
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
    asio::generic::stream_protocol::socket socket{context};
    State state = State::closed;
    std::string text;
    std::string words;
    std::uint64_t turn = 0;
    std::string_view unwritten;
    std::uint64_t written = 0;
    std::uint64_t acknowledged = 0;
    bool is_tcp = false;
    bool is_stalled = false;
    std::array<char, 16384> ignored{};

    void be_over(State how, std::string why) {
        state = how;
        words = std::move(why);
        ++turn;
        unwritten = {};
    }

    void lose(const Error& error) {
        be_over(State::broken, "connection to " + text + ": " + error.message());
    }

    void take_dialled() {
        if (state != State::connecting || dialler.under_way()) return;
        Descriptor made = dialler.take_socket();
        if (!made.is_open()) return be_over(State::broken, dialler.words());
        Error error;
        socket.assign({is_tcp ? AF_INET : AF_UNIX, 0}, made.get(), error);
        if (!error) {
            (void)made.release();
            socket.non_blocking(true, error);
        }
        if (error) return lose(error);
        state = State::open;
        if (is_tcp) {
            prepare_tcp_socket(socket.native_handle());
            set_user_timeout(socket.native_handle(), timeouts.user);
        }
        await_reading();
    }

    void await_reading() {
        socket.async_wait(asio::socket_base::wait_read, [this, now = turn](const Error& error) {
            if (now != turn) return;
            if (error) return lose(error);
            read();
            if (now == turn) await_reading();
        });
    }

    // Takes what is there. False: there may be more, or the connection is over.
    bool read() {
        for (int i = 0; i < reads_at_once; ++i) {
            Error error;
            socket.read_some(asio::buffer(ignored), error);
            if (error == asio::error::would_block) return true;
            if (error == asio::error::eof) {
                be_over(State::ended, "connection to " + text + ": closed by the peer");
                return false;
            }
            if (error) {
                lose(error);
                return false;
            }
        }
        return false;
    }

    void write() {
        while (!unwritten.empty()) {
            Error error;
            const std::size_t count = socket.write_some(asio::buffer(unwritten), error);
            if (error == asio::error::would_block) {
                socket.async_wait(asio::socket_base::wait_write, [this, now = turn](const Error& failed) {
                    if (now != turn) return;
                    if (failed) return lose(failed);
                    write();
                });
                return;
            }
            if (error) return lose(error);
            written += count;
            unwritten.remove_prefix(count);
        }
    }

    void suit_timeout_to_peer() {
        const bool closed = peer_window_is_closed(socket.native_handle());
        if (closed == is_stalled) return;
        is_stalled = closed;
        set_user_timeout(socket.native_handle(), closed ? timeouts.stall : timeouts.user);
    }
};

Connection::Connection(const Timeouts& timeouts) : parts_(std::make_unique<Parts>(timeouts)) {}
Connection::~Connection() = default;

void Connection::connect(const Address& address) {
    close();
    parts_->text = address.text;
    parts_->is_tcp = address.unix_path.empty();
    parts_->state = State::connecting;
    parts_->dialler.start(address);
    parts_->take_dialled();
}

void Connection::write(std::string_view bytes) {
    parts_->unwritten = bytes;
    parts_->write();
}

void Connection::end_writing() {
    Error error;
    parts_->socket.shutdown(asio::socket_base::shutdown_send, error);
    if (error) parts_->lose(error);
}

void Connection::close() {
    Parts& parts = *parts_;
    Error ignored;
    parts.socket.close(ignored);
    parts.be_over(State::closed, {});
    parts.written = parts.acknowledged = 0;
    parts.is_stalled = false;
}

void Connection::run_until(Deadline deadline) {
    Parts& parts = *parts_;
    const State state_before = parts.state;
    if (state_before == State::connecting) {
        parts.dialler.run_until(deadline);
        return parts.take_dialled();
    }
    const bool writing_before = writing();
    for (int steps = 0; parts.state == state_before && writing() == writing_before;) {
        if (++steps < steps_between_looks && parts.context.poll_one() > 0) continue;
        steps = 0;
        if (Clock::now() >= deadline) return;
        parts.context.run_one_until(deadline);
    }
}

void Connection::look() {
    if (parts_->state == State::open) parts_->read();
}

Connection::State Connection::state() const {
    return parts_->state;
}
const std::string& Connection::words() const {
    return parts_->words;
}
bool Connection::forbidden() const {
    return parts_->dialler.forbidden();
}
bool Connection::writing() const {
    return !parts_->unwritten.empty();
}
std::uint64_t Connection::written() const {
    return parts_->written;
}

std::uint64_t Connection::acknowledged() {
    Parts& parts = *parts_;
    if (parts.state != State::open) return parts.acknowledged;
    // First the count, then the look at errors: a reset empties the kernel's queue too.
    const std::size_t waiting = unacknowledged_bytes(parts.socket.native_handle());
    if (!parts.read()) return parts.acknowledged;
    const std::uint64_t certain = parts.written - std::min<std::uint64_t>(parts.written, waiting);
    parts.acknowledged = std::max(parts.acknowledged, certain);
    if (parts.is_tcp) parts.suit_timeout_to_peer();
    return parts.acknowledged;
}

bool Connection::ended_with_everything() {
    Parts& parts = *parts_;
    if (parts.state != State::ended) return false;
    const int fd = parts.socket.native_handle();
    const bool all_taken = unacknowledged_bytes(fd) == 0;
    // A peer that closed too early answers the bytes it no longer takes with a reset, behind its end.
    const int reset = socket_error(fd);
    if (reset != 0) parts.lose(Error(reset, boost::system::system_category()));
    return reset == 0 && all_taken;
}

}  // namespace tapferry
