#include "tests/inputs/stream_bytes.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tapferry::test {

Bytes operator+(Bytes left, const Bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}
std::string text_of(std::span<const std::uint8_t> bytes) {
    return {bytes.begin(), bytes.end()};
}

Bytes u32(std::uint32_t value) {
    Bytes bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    return bytes;
}

Bytes data_frame(std::string_view payload) {
    return u32(static_cast<std::uint32_t>(payload.size())) + bytes_of(payload);
}

Bytes control(std::uint32_t type, const std::vector<std::string_view>& types) {
    Bytes payload = u32(type);
    for (const std::string_view content : types)
        payload = payload + u32(1) + u32(static_cast<std::uint32_t>(content.size())) + bytes_of(content);
    return u32(0) + u32(static_cast<std::uint32_t>(payload.size())) + payload;
}

Bytes accept() {
    return control(1, {dnstap_type});
}
Bytes start(std::string_view type) {
    return control(2, {type});
}
Bytes stop() {
    return control(3);
}
Bytes ready(std::string_view type) {
    return control(4, {type});
}
Bytes finish() {
    return control(5);
}

Bytes recorded(std::string_view name) {
    const auto path =
        std::filesystem::path(TAPFERRY_SOURCE_DIR) / "tests/data/raw" / (std::string(name) + ".conn1.raw");
    std::ifstream file(path, std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (bytes.empty()) throw std::runtime_error(path.string() + " cannot be read");
    return bytes;
}

std::vector<Bytes> frames_of(const Bytes& recording) {
    const auto number = [&](std::size_t at) {
        return std::size_t{recording.at(at)} << 24 | std::size_t{recording.at(at + 1)} << 16 |
               std::size_t{recording.at(at + 2)} << 8 | recording.at(at + 3);
    };
    std::vector<Bytes> frames;
    for (std::size_t at = 0; at < recording.size();) {
        const std::size_t length = number(at);
        if (length == 0) {
            at += 8 + number(at + 4);
            continue;
        }
        const auto begin = recording.begin() + static_cast<std::ptrdiff_t>(at + 4);
        frames.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(length));
        at += 4 + length;
    }
    return frames;
}

}  // namespace tapferry::test
