#include "tests/support/frame_streams_file.h"

#include <zstd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tapferry::test {
namespace {

constexpr std::size_t largest_file = 256u << 20;

std::string decompress(const std::string& packed, const std::filesystem::path& path) {
    const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
    if (size > largest_file) throw std::runtime_error("no size, or too large a size, in " + path.string());
    std::string bytes(static_cast<std::size_t>(size), '\0');
    const auto done = ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
    if (ZSTD_isError(done) || done != bytes.size())
        throw std::runtime_error("cannot decompress " + path.string());
    return bytes;
}

// Frame Streams lengths are 32 bits, most significant byte first.
std::size_t length_at(std::string_view bytes, std::size_t at) {
    if (bytes.size() - at < 4) throw std::runtime_error("a frame's length breaks off");
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return length;
}

std::string_view payload_at(std::string_view bytes, std::size_t at, std::size_t length) {
    if (bytes.size() - at < length) throw std::runtime_error("a frame breaks off");
    return bytes.substr(at, length);
}

}  // namespace

std::string read_test_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot open " + path.string());
    std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return path.extension() == ".zst" ? decompress(bytes, path) : bytes;
}

std::vector<Frame> read_frame_streams_file(const std::filesystem::path& path) {
    const std::string file = read_test_file(path);
    const std::string_view bytes = file;
    std::vector<Frame> frames;
    std::size_t at = 0;
    while (at < bytes.size()) {
        std::size_t length = length_at(bytes, at);
        at += 4;
        const bool is_control = length == 0;
        if (is_control) {
            length = length_at(bytes, at);
            at += 4;
        }
        const auto payload = payload_at(bytes, at, length);
        at += length;
        if (!is_control) frames.emplace_back(payload.begin(), payload.end());
    }
    return frames;
}

std::filesystem::path capture_path(std::string_view name) {
    auto path = std::filesystem::path(TAPFERRY_SOURCE_DIR) / "tests/data/captures" / name;
    path += ".fstrm";
    if (!std::filesystem::exists(path)) path += ".zst";
    return path;
}

std::vector<Frame> read_capture(std::string_view name) {
    return read_frame_streams_file(capture_path(name));
}

}  // namespace tapferry::test
