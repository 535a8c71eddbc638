// Walks a message in protobuf's wire format, field after field, without copying: views point into the bytes.
// It accepts and refuses what protobuf's own parser does. Used within proto/ only, by dnstap_frame.cpp.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tapferry::protobuf {

// A field's number and how its value is written.
enum WireType : std::uint32_t { varint = 0, fixed64 = 1, counted = 2, group = 3, group_end = 4, fixed32 = 5 };
constexpr std::uint32_t tag_of(std::uint32_t field, WireType type) {
    return field << 3 | type;
}

class Reader {
  public:
    explicit Reader(std::string_view bytes) : Reader(bytes, max_depth) {}

    // Reads the tag of the next field. False at the end, and once something was not sound.
    bool next() {
        if (at_ == end_) return false;
        tag_ = static_cast<std::uint32_t>(read_varint(max_tag_size));
        return sound_;
    }
    [[nodiscard]] std::uint32_t tag() const { return tag_; }
    // Whether all that was read so far can be protobuf.
    [[nodiscard]] bool sound() const { return sound_; }

    // The value of the field whose tag was read: exactly one of these follows each next(). When the value
    // breaks off, it is empty or 0.
    std::uint64_t number() { return read_varint(max_varint_size); }
    std::uint32_t fixed() {  // little-endian
        const std::string_view four = take(4);
        const auto octet = [four](std::size_t i) -> std::uint32_t {
            return static_cast<std::uint8_t>(four[i]);
        };
        return four.empty() ? 0 : octet(0) | octet(1) << 8 | octet(2) << 16 | octet(3) << 24;
    }
    std::string_view bytes() { return take(read_varint(max_size_size)); }
    Reader message() {
        assert(depth_ != 0);  // messages lie within each other as the schema says, and no deeper
        return Reader(bytes(), depth_ - 1);
    }
    void skip() {
        const char* const behind = behind_value(at_, end_, tag_, depth_);
        if (behind == nullptr) return fail();
        at_ = behind;
    }
    // What is read of a part cannot be protobuf, so neither can the whole.
    void fail() {
        sound_ = false;
        at_ = end_;
    }

  private:
    // protobuf's limits: octets of a varint by what it stands for, and messages and groups within each other.
    static constexpr unsigned max_tag_size = 5;
    static constexpr unsigned max_size_size = 5;
    static constexpr unsigned max_varint_size = 10;
    static constexpr unsigned max_depth = 100;

    Reader(std::string_view bytes, unsigned depth)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()), depth_(depth) {}

    // A value and the place behind it; null: it was not sound.
    struct Varint {
        std::uint64_t value;
        const char* behind;
    };
    // Bits beyond the 64th are lost, as in protobuf. Nearly all varints have one octet: only those are worth
    // being inlined. What is not is told where to read and knows no reader, so that one lives in registers.
    std::uint64_t read_varint(unsigned max_octets) {
        if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) [[likely]]
            return static_cast<std::uint8_t>(*at_++);
        const Varint read = read_long_varint(at_, end_, max_octets);
        if (read.behind == nullptr) {
            fail();
            return 0;
        }
        at_ = read.behind;
        return read.value;
    }
    static Varint read_long_varint(const char* at, const char* end, unsigned max_octets);
    static const char* behind_value(const char* at, const char* end, std::uint32_t tag, unsigned depth);
    void skip_value();
    std::string_view take(std::uint64_t count) {
        if (static_cast<std::uint64_t>(end_ - at_) < count) {
            fail();
            return {};
        }
        const std::string_view taken(at_, static_cast<std::size_t>(count));
        at_ += count;
        return taken;
    }
    void skip_group(std::uint32_t field);

    const char* at_;
    const char* end_;
    std::uint32_t tag_ = 0;
    unsigned depth_;  // how many messages and groups may yet be opened
    bool sound_ = true;
};

}  // namespace tapferry::protobuf
