// Captures of real DNS servers for tests: a Frame Streams file (.fstrm, or .fstrm.zst compressed with
// Zstandard) as the data frames in it. Every frame is an allocation of its own, so that a sanitizer sees each
// byte read past its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tapferry::test {

using Frame = std::vector<std::uint8_t>;

// The whole file, decompressed when its name ends in .zst. Throws std::runtime_error.
std::string read_test_file(const std::filesystem::path& path);

// The data frames of a Frame Streams file, in order. Throws std::runtime_error when the file cannot be read
// or a frame breaks off.
std::vector<Frame> read_frame_streams_file(const std::filesystem::path& path);

// tests/data/captures/NAME.fstrm or NAME.fstrm.zst, whichever is there.
std::filesystem::path capture_path(std::string_view name);

// read_frame_streams_file() of capture_path().
std::vector<Frame> read_capture(std::string_view name);

}  // namespace tapferry::test
