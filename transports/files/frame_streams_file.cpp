#include "transports/files/frame_streams_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace tapferry {

namespace {

static_assert(frame_streams_start.ends_with("Dnstap") && frame_streams_stop.ends_with('\3'));

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t length_bytes = 4;
// No input takes a longer frame. A length beyond it was not written by us, so nothing is cut for it.
constexpr std::uint32_t longest_frame = 1 << 20;

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char byte : bytes.substr(0, length_bytes))
        number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

}  // namespace

int FrameStreamsEnd::find(int fd, Deadline deadline) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return errno;
    size_ = status.st_size;
    piece_.resize(piece_bytes);
    while (!found_) {
        const ssize_t count = ::pread(fd, piece_.data(), piece_.size(), end_);
        if (count < 0 && errno != EINTR) return errno;
        if (count >= 0) look_at({piece_.data(), static_cast<std::size_t>(count)});
        if (!found_ && std::chrono::steady_clock::now() >= deadline) return EAGAIN;
    }
    return 0;
}

void FrameStreamsEnd::look_at(std::string_view bytes) {
    if (end_ == 0) {
        if (bytes.size() < frame_streams_start.size()) return found(frame_streams_start.starts_with(bytes));
        if (!bytes.starts_with(frame_streams_start)) return found(false);
        end_ = static_cast<off_t>(frame_streams_start.size());
        bytes.remove_prefix(frame_streams_start.size());
    }
    for (;;) {
        const off_t left = size_ - end_;
        if (left < static_cast<off_t>(length_bytes)) return found(true);
        if (bytes.size() < length_bytes) return;
        const std::uint32_t length = big_endian(bytes);
        if (length == 0) return look_at_control(bytes);
        const std::size_t whole = length_bytes + length;
        if (left < static_cast<off_t>(whole)) return found(length <= longest_frame);
        end_ += static_cast<off_t>(whole);
        if (bytes.size() < whole) return;
        bytes.remove_prefix(whole);
    }
}

// Only STOP may come, as the last of the file.
void FrameStreamsEnd::look_at_control(std::string_view bytes) {
    const off_t left = size_ - end_;
    if (left > static_cast<off_t>(frame_streams_stop.size())) return found(false);
    if (bytes.size() == static_cast<std::size_t>(left)) return found(frame_streams_stop.starts_with(bytes));
}

}  // namespace tapferry
