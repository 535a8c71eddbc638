// What the tests of captures share: reading one whole or in pieces, and where its frames lie.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/commands/capture_file.h"
#include "agent/commands/capture_streams.h"
#include "tests/support/frame_streams_file.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry::test {

struct Capture {
    CaptureResult result;
    std::vector<Frame> frames;
};

inline Capture read_file(const std::string& file) {
    Capture capture;
    capture.result = tapferry::read_capture(file, {.take = [&](std::span<const std::uint8_t> frame) {
                                                capture.frames.emplace_back(frame.begin(), frame.end());
                                                return true;
                                            }});
    return capture;
}

inline Capture read_bytes(std::string_view bytes) {
    const TemporaryFolder folder;
    std::ofstream(folder.path("capture"), std::ios::binary) << bytes;
    return read_file(folder.path("capture"));
}

// As it comes through a pipe.
inline Capture read_pieces(std::string_view bytes, std::size_t piece) {
    Capture capture;
    const CaptureStreams::Taker take = [&](std::span<const std::uint8_t> frame) {
        capture.frames.emplace_back(frame.begin(), frame.end());
        return true;
    };
    CaptureStreams streams(take);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const std::string_view part = bytes.substr(at, piece);
        REQUIRE(streams.feed({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()}));
    }
    capture.result = streams.finish(true);
    return capture;
}

inline std::string length_of(std::size_t length) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(length >> shift));
    return bytes;
}

// How many bytes of a capture its first frames take, START and all.
inline std::vector<std::size_t> frame_ends(const std::string& bytes, std::size_t frames) {
    std::vector<std::size_t> ends;
    std::size_t at = 8 + static_cast<std::uint8_t>(bytes[7]);  // START
    for (std::size_t i = 0; i < frames; ++i) {
        std::size_t length = 0;
        for (int byte = 0; byte < 4; ++byte) length = length << 8 | static_cast<std::uint8_t>(bytes[at++]);
        ends.push_back(at += length);
    }
    return ends;
}

}  // namespace tapferry::test
