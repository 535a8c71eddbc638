#include "tests/bench/stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace tapferry::bench {
namespace {

constexpr std::string_view content_type = "protobuf:dnstap.Dnstap";
constexpr int answer_timeout_ms = 30'000;
enum ControlType : unsigned {
    accept_frame = 1,
    start_frame = 2,
    stop_frame = 3,
    ready_frame = 4,
    finish_frame = 5
};

void put_number(std::string& out, std::size_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::string control(ControlType type, bool with_content_type) {
    std::string frame;
    put_number(frame, 0);
    put_number(frame, with_content_type ? 12 + content_type.size() : 4);
    put_number(frame, type);
    if (!with_content_type) return frame;
    put_number(frame, 1);
    put_number(frame, content_type.size());
    frame += content_type;
    return frame;
}

}  // namespace

bool Stream::connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) throw std::runtime_error("the socket's path is too long");
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool open = socket_ >= 0 &&
                      ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                      send_control(control(ready_frame, true)) && expect_control(accept_frame) &&
                      send_control(control(start_frame, true));
    if (!open) disconnect();
    buffer_.clear();
    written_ = 0;
    return open;
}

bool Stream::write_some(int wait_ms) {
    const ssize_t count =
        ::send(socket_, buffer_.data() + written_, buffer_.size() - written_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
        written_ += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
        pollfd room{socket_, POLLOUT, 0};
        static_cast<void>(::poll(&room, 1, wait_ms));
        return true;
    } else if (errno != EINTR) {
        return false;
    }
    if (idle()) {
        buffer_.clear();
        written_ = 0;
    }
    return true;
}

bool Stream::finish() {
    const bool finished = send_control(control(stop_frame, false)) && expect_control(finish_frame);
    disconnect();
    return finished;
}

void Stream::disconnect() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

bool Stream::send_control(const std::string& frame) {
    return ::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(frame.size());
}

bool Stream::expect_control(unsigned type) {
    std::string got;
    std::size_t wanted = 12;  // escape, length, type
    while (got.size() < wanted) {
        pollfd readable{socket_, POLLIN, 0};
        char bytes[512];
        if (::poll(&readable, 1, answer_timeout_ms) <= 0) return false;
        const ssize_t count = ::recv(socket_, bytes, std::min(sizeof bytes, wanted - got.size()), 0);
        if (count <= 0) return false;
        got.append(bytes, static_cast<std::size_t>(count));
        // Control frames are at most 512 bytes long, so the last byte and the one before it hold the length.
        if (got.size() >= 8) {
            const auto high = static_cast<unsigned char>(got[6]);
            const auto low = static_cast<unsigned char>(got[7]);
            wanted = 8 + high * std::size_t{256} + low;
        }
    }
    return static_cast<unsigned char>(got[11]) == type;
}

}  // namespace tapferry::bench
