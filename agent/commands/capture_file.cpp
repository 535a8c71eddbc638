#include "agent/commands/capture_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "agent/commands/decompressor.h"
#include "agent/commands/interruption.h"
#include "agent/inputs/frame_streams.h"
#include "proto/dns_text.h"
#include "transports/descriptor.h"
#include "transports/frame_streams_file.h"

namespace tapferry {

namespace {

constexpr std::size_t max_frame_bytes = 1 << 20;
constexpr std::size_t read_bytes = 64 * 1024;

using Bytes = std::span<const std::uint8_t>;

// A length that can be one, and behind it the tag of a field that a dnstap frame can begin with: identity,
// version, extra, message or type.
constexpr std::size_t telling_bytes = 5;
bool looks_like_a_frame(Bytes bytes) {
    if (bytes.size() < telling_bytes) return false;
    const std::uint32_t length = big_endian(bytes.data());
    const std::uint8_t tag = bytes[4];
    return length > 1 && length <= max_frame_bytes &&
           (tag == 0x0A || tag == 0x12 || tag == 0x1A || tag == 0x72 || tag == 0x78);
}

// One stream after another: what follows a STOP is the next one.
class StreamsReader {
  public:
    explicit StreamsReader(const CaptureReading& reading) : take_(reading.take) {}

    // False: there is nothing more to be had of this file.
    bool feed(Bytes input) {
        if (begun_) return step(input);
        beginning_.insert(beginning_.end(), input.begin(), input.end());
        return beginning_.size() < telling_bytes || begin();
    }

    // `packed_whole`: what was packed could end here.
    CaptureResult finish(bool packed_whole) {
        if (!begun_) begin();
        if (result_.end == CaptureEnd::stopped || result_.end == CaptureEnd::wrong) return result_;
        if (stream_->end() == StreamEnd::inside_frame) {
            tell(CaptureEnd::cut_off, "ends in the middle of a frame; what came before it is shown");
        } else if (stream_->in_handshake() && !(one_has_stopped_ && stream_->at_boundary())) {
            tell(CaptureEnd::cut_off, "ends before its stream has begun");
        } else if (!packed_whole) {
            tell(CaptureEnd::cut_off, "is packed, and cut off; what could be unpacked is shown");
        }
        return result_;
    }
    CaptureResult fail(CaptureEnd end, std::string words) {
        tell(end, std::move(words));
        return result_;
    }

  private:
    bool begin() {
        begun_ = true;
        if (looks_like_a_frame(beginning_)) {
            tell(CaptureEnd::beheaded, "has no START before its frames; they are shown all the same");
            step({reinterpret_cast<const std::uint8_t*>(frame_streams_start.data()),
                  frame_streams_start.size()});
        }
        const bool more = step(beginning_);
        beginning_ = {};
        return more;
    }

    bool step(Bytes input) {
        while (true) {
            const StreamStep step = stream_->next(input);
            switch (step.kind) {
                case StreamStepKind::need_more:
                    return true;
                case StreamStepKind::frame:
                    if (take_(step.bytes)) break;
                    result_.end = CaptureEnd::stopped;
                    return false;
                case StreamStepKind::oversize:
                    ++result_.oversize;
                    break;
                case StreamStepKind::stopped:
                    stream_.emplace(max_frame_bytes);
                    one_has_stopped_ = true;
                    break;
                case StreamStepKind::rejected:
                    tell(CaptureEnd::wrong, stream_->rejection().text);
                    return false;
                case StreamStepKind::answer:
                case StreamStepKind::started:
                    break;
            }
        }
    }

    void tell(CaptureEnd end, std::string words) {
        result_.end = end;
        result_.words = result_.words.empty() ? std::move(words) : result_.words + ", and " + words;
    }

    const std::function<bool(Bytes)>& take_;
    std::optional<FrameStreams> stream_{max_frame_bytes};
    std::vector<std::uint8_t> beginning_;  // until there is enough to tell what it is
    bool begun_ = false;
    bool one_has_stopped_ = false;
    CaptureResult result_;
};

// Bytes of one file, which is opened once, into frames.
class CaptureFile {
  public:
    CaptureFile(const std::string& file, const CaptureReading& reading)
        : reading_(reading), streams_(reading) {
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
        if (interrupted()) return {CaptureEnd::stopped, {}, 0};
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
    StreamsReader streams_;
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
    if (all.words.empty()) {
        all = std::move(one);
    } else {
        all.oversize = one.oversize;
    }
}

// A file that grows, and those that take its place.
CaptureResult follow_capture(const std::string& file, const CaptureReading& reading) {
    CaptureResult all;
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
