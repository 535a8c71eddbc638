#include "agent/spool/block_frames.h"

#include <optional>
#include <string_view>

#include "agent/spool/little_endian.h"

namespace tapferry {

void BlockFrames::remember(const StreamNames& streams) {
    inputs_.clear();
    for (const auto& [stream, opened] : streams) inputs_[stream] = opened->input;
}

void BlockFrames::remember(const SoundBlock& stream_block) {
    if (const auto information = decode_stream(stream_block.body))
        inputs_[information->stream] = information->input;
}

bool BlockFrames::parse(const SoundBlock& block) {
    frames_.clear();
    std::span<const std::uint8_t> rest = block.body;
    if (block.header.count > rest.size() / frame_prefix_bytes) return false;
    std::optional<std::uint32_t> last_stream;
    std::string_view input;
    for (std::uint64_t i = 0; i < block.header.count; ++i) {
        if (rest.size() < frame_prefix_bytes) return false;
        const auto stream = load_le<std::uint32_t>(rest.data());
        const auto length = load_le<std::uint32_t>(rest.data() + 4);
        rest = rest.subspan(frame_prefix_bytes);
        if (length > rest.size()) return false;
        if (stream != last_stream) {
            const auto known = inputs_.find(stream);
            input = known == inputs_.end() ? std::string_view{} : std::string_view(known->second);
            last_stream = stream;
        }
        frames_.push_back({block.header.base + i, input, rest.first(length)});
        rest = rest.subspan(length);
    }
    return rest.empty();
}

}  // namespace tapferry
