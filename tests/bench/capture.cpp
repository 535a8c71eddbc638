#include "tests/bench/capture.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace tapferry::bench {
namespace {

constexpr char identity_tag = 0x0A;  // field 1, length-delimited

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

// The length of the protobuf field's content that follows `key`, which is taken from the front of `bytes`.
std::uint64_t content_length(std::uint64_t key, std::string_view& bytes) {
    switch (key & 7) {
        case 0: {
            std::string_view rest = bytes;
            static_cast<void>(take_varint(rest));
            return bytes.size() - rest.size();
        }
        case 1:
            return 8;
        case 5:
            return 4;
        default:
            return take_varint(bytes).value_or(0);
    }
}

std::string without_identity(std::string_view frame) {
    std::string rest;
    while (!frame.empty()) {
        const std::string_view field = frame;
        const std::uint64_t key = take_varint(frame).value_or(0);
        const std::uint64_t length = content_length(key, frame);
        if (key == 0 || length > frame.size())
            throw std::runtime_error("a frame of the capture is no dnstap");
        frame.remove_prefix(length);
        if (key != identity_tag) rest += field.substr(0, field.size() - frame.size());
    }
    return rest;
}

}  // namespace

Capture::Capture(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    std::string_view bytes = content;
    while (bytes.size() >= 8) {
        const std::uint32_t length = big_endian(bytes);
        bytes.remove_prefix(4);
        if (length == 0) {  // a control frame: START or STOP
            bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 4 + big_endian(bytes)));
            continue;
        }
        if (length > bytes.size()) break;
        rests_.push_back(without_identity(bytes.substr(0, length)));
        bytes.remove_prefix(length);
    }
    if (rests_.empty()) throw std::runtime_error(path + ": no frames in it");
}

void Capture::append(std::uint64_t serial, std::vector<char>& out) const {
    const std::string& rest = rests_[serial % rests_.size()];
    const std::size_t length = 2 + 1 + serial_digits + rest.size();
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(length >> shift));
    out.push_back(identity_tag);
    out.push_back(static_cast<char>(1 + serial_digits));
    out.push_back(serial_letter);
    char digits[serial_digits];
    for (std::size_t i = serial_digits; i-- > 0; serial /= 10)
        digits[i] = static_cast<char>('0' + serial % 10);
    out.insert(out.end(), digits, digits + serial_digits);
    out.insert(out.end(), rest.begin(), rest.end());
}

}  // namespace tapferry::bench
