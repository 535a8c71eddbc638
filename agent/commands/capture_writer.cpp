#include "agent/commands/capture_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "agent/commands/capture_file.h"
#include "agent/commands/commands.h"
#include "agent/commands/terminal.h"
#include "agent/spool/death_point.h"
#include "transports/files/frame_streams_file.h"

namespace tapferry {

namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;

// Of files that are there already only captures are written over: a slip of the pen must not cost a
// configuration. Devices and pipes are what they are.
void refuse_other_files(const std::string& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
    std::array<std::uint8_t, 12> begin{};
    const Descriptor old(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    const bool read =
        old.is_open() && ::read(old.get(), begin.data(), begin.size()) == static_cast<ssize_t>(begin.size());
    // A control frame, and the type START.
    const bool starts = begin[0] == 0 && begin[1] == 0 && begin[2] == 0 && begin[3] == 0 && begin[11] == 2;
    if (!read || !starts)
        throw WrongUsage(file_words(file) +
                         " exists and is not a capture: choose another name, or remove it");
}

}  // namespace

void CaptureWriter::append(const auto& bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

CaptureWriter::CaptureWriter(const std::string& file)
    : name_(file == "-" ? "standard output" : file_words(file)) {
    if (file == "-" && output_is_terminal())
        throw WrongUsage("frames are binary, and standard output is a terminal: redirect them to a file");
    if (file != "-") refuse_other_files(file);
    descriptor_.reset(
        file == "-" ? ::dup(STDOUT_FILENO)
                    : ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!descriptor_.is_open())
        throw std::system_error(errno, std::generic_category(), name_ + " cannot be written");
    append(frame_streams_start);
}

bool CaptureWriter::write(std::span<const std::uint8_t> frame) {
    const auto length = static_cast<std::uint32_t>(frame.size());
    const std::array<std::uint8_t, 4> prefix{
        static_cast<std::uint8_t>(length >> 24), static_cast<std::uint8_t>(length >> 16),
        static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
    append(prefix);
    append(frame);
    return buffer_.size() < buffer_bytes || flush();
}

bool CaptureWriter::finish() {
    append(frame_streams_stop);
    return flush();
}

bool CaptureWriter::flush() {
    death_point("export.before_write");
    std::span<const std::uint8_t> left = buffer_;
    while (!left.empty()) {
        const auto written = ::write(descriptor_.get(), left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EPIPE) return false;
        if (written < 0)
            throw std::system_error(errno, std::generic_category(), name_ + " cannot be written");
        left = left.subspan(static_cast<std::size_t>(written));
    }
    bytes_ += buffer_.size();
    buffer_.clear();
    return true;
}

}  // namespace tapferry
