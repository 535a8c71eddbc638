// Frames of a capture: a Frame Streams file, or what comes through standard input, packed with gzip or zstd
// or not. Several streams one after another in one file are read as one; a file that ends in the middle of a
// frame gives what is whole and says so, and so does one whose beginning is missing. Behind a length that
// cannot be, the next frame is looked for, and inside what is none because its length is wrong.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "proto/event.h"

namespace tapferry {

enum class CaptureEnd : std::uint8_t {
    whole,     // ended between frames
    cut_off,   // the last frame is not whole
    beheaded,  // there was no START before the frames, and all else is whole
    damaged,   // bytes that are no frames were passed over
    wrong,     // it is no Frame Streams file of dnstap; see words
    unreadable,
    stopped,  // the taker wanted no more
};

struct CaptureResult {
    CaptureEnd end = CaptureEnd::whole;
    std::string words;           // for people; empty when whole
    std::uint64_t oversize = 0;  // frames above 1 MiB, passed over
    std::uint64_t skipped = 0;   // bytes between frames, passed over because they are none
};

struct CaptureReading {
    // Gets each frame, until it returns false.
    std::function<bool(std::span<const std::uint8_t>)> take;
    // Reads on when the end is reached, as the file grows, and when another one takes its place: until the
    // process is interrupted or `idle` returns false.
    bool follow = false;
    // Called at the end of a file that is followed, each time before it waits.
    std::function<bool()> idle = {};
    // Called once when a file that is to be followed is not there yet: it is waited for.
    std::function<void()> missing = {};
    // Called before a wait for what comes through a pipe: what was made of frames may be shown meanwhile.
    // False ends it.
    std::function<bool()> pause = {};
    // Told now and then how many bytes of the file were read.
    std::function<void(std::uint64_t)> progress = {};
};

// "-" is standard input.
CaptureResult read_capture(const std::string& file, const CaptureReading& reading);

// What a message calls the file: its name with what is not printable as \DDD.
std::string file_words(std::string_view file);

// When frames of a file count as received: now, in whole seconds.
Timestamp capture_receipt();

}  // namespace tapferry
