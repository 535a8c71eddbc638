// Frames of a capture: a Frame Streams file, or what comes through standard input. Several streams one after
// another in one file are read as one; a file that ends in the middle of a frame gives what is whole and says
// so.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace tapferry {

enum class CaptureEnd : std::uint8_t {
    whole,    // ended between frames
    cut_off,  // the last frame is not whole
    wrong,    // it is no Frame Streams file of dnstap; see words
    unreadable,
    stopped,  // the taker wanted no more
};

struct CaptureResult {
    CaptureEnd end = CaptureEnd::whole;
    std::string words;           // for people; empty when whole
    std::uint64_t oversize = 0;  // frames above 1 MiB, passed over
};

// Gives each frame of `file` ("-": standard input) to `take`, until that returns false.
CaptureResult read_capture(const std::string& file,
                           const std::function<bool(std::span<const std::uint8_t>)>& take);

}  // namespace tapferry
