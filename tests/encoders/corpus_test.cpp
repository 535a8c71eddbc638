// The fuzzer's corpus: frames that between them reach all that a frame can reach in the decoder and the
// encoders.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/fuzz/frame_properties.h"
#include "tests/support/frame_streams_file.h"

using namespace tapferry::test;

TEST_CASE("every frame of the corpus becomes sound records of bounded size in every format, twice the same") {
    FrameProperties properties;
    std::size_t frames = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(TAPFERRY_SOURCE_DIR) /
                                                                 "tests/fuzz/corpus/frame")) {
        const std::string bytes = read_test_file(entry.path());
        // An allocation of its own size, so that reading past the frame is noticed.
        const std::vector<std::uint8_t> frame(bytes.begin(), bytes.end());
        CAPTURE(entry.path().filename().string());
        CHECK(properties.broken_by(frame) == "");
        ++frames;
    }
    CHECK(frames > 100);
}

TEST_CASE("so does every frame that a server sent") {
    FrameProperties properties;
    for (const auto* capture : {"bind-auth", "bind-fwd", "bind-rec", "bind-sec", "dnsdist", "kdig", "knot",
                                "kresd", "nsd", "pdns", "unbound"}) {
        CAPTURE(capture);
        for (const auto& frame : read_capture(capture)) CHECK(properties.broken_by(frame) == "");
    }
}
