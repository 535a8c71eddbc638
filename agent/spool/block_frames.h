// The frames of a block as views into its body, each with the name of the input it came by. Owned by one
// reader.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/spool/open_streams.h"
#include "agent/spool/reader.h"
#include "agent/spool/segment_reader.h"

namespace tapferry {

class BlockFrames {
  public:
    // Which streams there are: none, these, or one more that a stream block names.
    void forget_streams() { inputs_.clear(); }
    void remember(const StreamNames& streams);
    void remember(const SoundBlock& stream_block);

    // False when the body is not what its header says: a body whose checksum is right and whose frames are
    // not was written wrongly, and is damage all the same.
    [[nodiscard]] bool parse(const SoundBlock& block);
    // Of the block that was parsed last, from its number `from` on; the views live as long as its body.
    [[nodiscard]] std::span<const SpoolFrame> frames_from(std::uint64_t from) const {
        return std::span<const SpoolFrame>(frames_).subspan(from);
    }

  private:
    std::unordered_map<std::uint32_t, std::string> inputs_;  // by stream
    std::vector<SpoolFrame> frames_;
};

}  // namespace tapferry
