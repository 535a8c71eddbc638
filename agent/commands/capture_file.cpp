#include "agent/commands/capture_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "agent/commands/capture_streams.h"
#include "agent/commands/decompressor.h"
#include "agent/commands/interruption.h"
#include "proto/dns_text.h"
#include "transports/network/descriptor.h"

namespace tapferry {

namespace {

constexpr std::size_t read_bytes = 64 * 1024;

using Bytes = std::span<const std::uint8_t>;

// Bytes of one file, which is opened once, into frames.
class CaptureFile {
  public:
    CaptureFile(const std::string& file, const CaptureReading& reading)
        : reading_(reading), streams_(reading.take) {
        descriptor_.reset(file == "-" ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        if (!descriptor_.is_open()) failed_ = errno;
    }

    // Reads to the end as it is now. False: there is nothing more to be had.
    bool read_on() {
        while (failed_ == 0) {
            if (reading_.pause && nothing_waits() && !reading_.pause()) return false;
            const auto count = ::read(descriptor_.get(), buffer_.data(), buffer_.size());
            if (count < 0 && errno == EINTR && !interrupted()) continue;
            if (interrupted()) return false;
            if (count == 0) return true;
            if (count < 0) {
                failed_ = errno;
                break;
            }
            read_ += static_cast<std::uint64_t>(count);
            if (reading_.progress) reading_.progress(read_);
            if (!feed({buffer_.data(), static_cast<std::size_t>(count)})) return false;
        }
        return false;
    }

    // Whether another file has taken its place, or it was emptied.
    [[nodiscard]] bool replaced(const std::string& file) const {
        struct stat mine {};
        struct stat there {};
        if (::fstat(descriptor_.get(), &mine) != 0 || !S_ISREG(mine.st_mode)) return false;
        if (::stat(file.c_str(), &there) != 0) return false;
        return mine.st_ino != there.st_ino || mine.st_dev != there.st_dev ||
               static_cast<std::uint64_t>(there.st_size) < read_;
    }

    CaptureResult finish() {
        if (failed_ != 0)
            return streams_.fail(CaptureEnd::unreadable,
                                 std::string("cannot be read: ") + std::strerror(failed_));
        if (interrupted()) return {CaptureEnd::stopped, {}, 0, 0};
        if (recognised_ && is_foreign(packing_))
            return streams_.fail(CaptureEnd::wrong, "is packed with " + std::string(packing_name(packing_)) +
                                                        ", which is not unpacked here: pipe it through '" +
                                                        std::string(packing_name(packing_)) +
                                                        " -dc', and name the file -");
        if (damaged_)
            return streams_.fail(CaptureEnd::wrong, "is damaged: what follows cannot be unpacked as " +
                                                        std::string(packing_name(packing_)));
        if (!recognised_) unpack(beginning_);
        return streams_.finish(!unpacker_ || unpacker_->complete());
    }

  private:
    // Of a pipe whose writer is slower; a file always gives something, be it its end.
    [[nodiscard]] bool nothing_waits() const {
        pollfd input{descriptor_.get(), POLLIN, 0};
        return ::poll(&input, 1, 0) == 0;
    }
    bool feed(Bytes bytes) {
        if (recognised_) return unpack(bytes);
        beginning_.insert(beginning_.end(), bytes.begin(), bytes.end());
        if (beginning_.size() < packing_magic_bytes) return true;
        recognised_ = true;
        packing_ = recognise_packing(beginning_);
        if (is_foreign(packing_)) return false;
        if (packing_ != Packing::none) unpacker_ = make_decompressor(packing_);
        return unpack(std::exchange(beginning_, {}));
    }
    bool unpack(Bytes bytes) {
        if (!unpacker_) return streams_.feed(bytes);
        const auto step = unpacker_->feed(bytes, [this](Bytes piece) { return streams_.feed(piece); });
        damaged_ = step == Decompressor::Step::damaged;
        return step == Decompressor::Step::taken;
    }

    const CaptureReading& reading_;
    CaptureStreams streams_;
    Descriptor descriptor_;
    int failed_ = 0;  // errno
    std::uint64_t read_ = 0;
    std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(read_bytes);
    std::vector<std::uint8_t> beginning_;  // until there is enough to tell how it is packed
    bool recognised_ = false;
    bool damaged_ = false;
    Packing packing_ = Packing::none;
    std::unique_ptr<Decompressor> unpacker_;
};

// What was wrong with any of the files that stood at this place counts.
void add(CaptureResult& all, CaptureResult one) {
    one.oversize += all.oversize;
    one.skipped += all.skipped;
    if (all.words.empty()) {
        all = std::move(one);
    } else {
        all.oversize = one.oversize;
        all.skipped = one.skipped;
    }
}

// False: nobody wants to wait any longer.
bool wait_for_file(const std::string& file, const CaptureReading& reading) {
    struct stat status {};
    bool told = false;
    while (::stat(file.c_str(), &status) != 0 && errno == ENOENT) {
        if (!std::exchange(told, true) && reading.missing) reading.missing();
        if (interrupted() || !reading.idle() || !wait_for_more()) return false;
    }
    return true;
}

// A file that grows, and those that take its place.
CaptureResult follow_capture(const std::string& file, const CaptureReading& reading) {
    CaptureResult all;
    if (!wait_for_file(file, reading)) return all;
    auto current = std::make_unique<CaptureFile>(file, reading);
    while (current->read_on()) {
        if (!reading.idle()) break;
        if (current->replaced(file)) {
            // What its writer had still to say before it went over to the other one.
            if (!current->read_on()) break;
            add(all, current->finish());
            current = std::make_unique<CaptureFile>(file, reading);
        } else if (!wait_for_more()) {
            return all;
        }
    }
    if (!interrupted()) add(all, current->finish());
    return all;
}

}  // namespace

CaptureResult read_capture(const std::string& file, const CaptureReading& reading) {
    if (reading.follow && file != "-") return follow_capture(file, reading);
    CaptureFile capture(file, reading);
    capture.read_on();
    return capture.finish();
}

std::string file_words(std::string_view file) {
    if (file == "-") return "standard input";
    TextBuffer text;
    append_opaque(text, file, 4096);
    return std::string(text.view());
}

Timestamp capture_receipt() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::seconds>(since).count(), 0};
}

}  // namespace tapferry
