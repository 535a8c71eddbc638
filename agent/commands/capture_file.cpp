#include "agent/commands/capture_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "agent/inputs/frame_streams.h"
#include "transports/descriptor.h"

namespace tapferry {

namespace {

constexpr std::size_t max_frame_bytes = 1 << 20;
constexpr std::size_t read_bytes = 256 * 1024;

// One stream after another: what follows a STOP is the next one.
class CaptureReader {
  public:
    explicit CaptureReader(const std::function<bool(std::span<const std::uint8_t>)>& take) : take_(take) {}

    // False: there is nothing more to be had of this file.
    bool feed(std::span<const std::uint8_t> input) {
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
                    result_ = {CaptureEnd::wrong, stream_->rejection().text, result_.oversize};
                    return false;
                case StreamStepKind::answer:
                case StreamStepKind::started:
                    break;
            }
        }
    }

    CaptureResult finish() {
        if (result_.end != CaptureEnd::whole) return result_;
        if (stream_->end() == StreamEnd::inside_frame) {
            result_.end = CaptureEnd::cut_off;
            result_.words = "ends in the middle of a frame; what came before it is shown";
        } else if (stream_->in_handshake() && !(one_has_stopped_ && stream_->at_boundary())) {
            result_.end = CaptureEnd::cut_off;
            result_.words = "ends before its stream has begun";
        }
        return result_;
    }
    CaptureResult fail(std::string words) {
        return {CaptureEnd::unreadable, std::move(words), result_.oversize};
    }

  private:
    const std::function<bool(std::span<const std::uint8_t>)>& take_;
    std::optional<FrameStreams> stream_{max_frame_bytes};
    bool one_has_stopped_ = false;
    CaptureResult result_;
};

}  // namespace

CaptureResult read_capture(const std::string& file,
                           const std::function<bool(std::span<const std::uint8_t>)>& take) {
    CaptureReader reader(take);
    const bool standard_input = file == "-";
    const Descriptor descriptor(standard_input ? ::dup(STDIN_FILENO)
                                               : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.get() < 0) return reader.fail(std::string("cannot be read: ") + std::strerror(errno));
    std::vector<std::uint8_t> buffer(read_bytes);
    while (true) {
        const auto count = ::read(descriptor.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return reader.fail(std::string("cannot be read: ") + std::strerror(errno));
        if (count == 0 || !reader.feed({buffer.data(), static_cast<std::size_t>(count)}))
            return reader.finish();
    }
}

}  // namespace tapferry
