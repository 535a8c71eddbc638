// Any bytes as a sender's Frame Streams connection, whole and in pieces: the same frames come out.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "agent/inputs/frame_streams.h"

using namespace tapferry;

namespace {

constexpr std::size_t max_frame_bytes = 4096;

std::vector<std::size_t> frame_lengths(std::span<const std::uint8_t> bytes, std::size_t piece) {
    std::vector<std::size_t> lengths;
    FrameStreams stream(max_frame_bytes);
    while (!bytes.empty()) {
        auto input = bytes.first(std::min(piece, bytes.size()));
        bytes = bytes.subspan(input.size());
        for (bool more = true; more;) {
            const StreamStep step = stream.next(input);
            if (step.kind == StreamStepKind::rejected) return lengths;
            if (step.kind == StreamStepKind::stopped && stream.bidirectional()) return lengths;
            if (step.kind == StreamStepKind::frame) lengths.push_back(step.bytes.size());
            more = step.kind != StreamStepKind::need_more;
        }
    }
    return lengths;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes{data, size};
    const auto whole = frame_lengths(bytes, size == 0 ? 1 : size);
    for (const std::size_t piece : {1, 3, 64})
        if (frame_lengths(bytes, piece) != whole) std::abort();
    return 0;
}
