#include "agent/commands/frame_search.h"

#include <algorithm>

#include "proto/control_frame.h"

namespace tapferry {

namespace {

using Bytes = std::span<const std::uint8_t>;

// How far behind a frame with a wrong length the last one that begins inside it is followed.
constexpr std::size_t behind_swallowed = 4096;
// A frame has six fields and a message seventeen; strangers may add some.
constexpr int most_fields = 40;
// What looks like dnstap and is none costs a decoding: after so many bytes of it only short frames are tried.
constexpr std::uint64_t much_in_vain = 64 << 20;
constexpr std::size_t short_frame = 4096;

// Reads protobuf only as far as it takes to tell what it cannot be, in bounded time whatever its length.
class Fields {
  public:
    explicit Fields(Bytes bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

    // The next field: its number, and its bytes when it is counted. False: at the end, or it is none.
    bool next() {
        if (at_ == end_ || ++fields_ > most_fields) return false;
        std::uint64_t tag = 0;
        if (!varint(tag)) return false;
        number = tag >> 3;
        if (number == 0) return false;
        std::uint64_t length = 0;
        if ((tag & 7) == 2) return varint(length) && take(length);
        value = {};
        switch (tag & 7) {
            case 0:
                return varint(length);
            case 1:
                return take(8);
            case 5:
                return take(4);
            default:
                return false;
        }
    }
    [[nodiscard]] bool at_end() const { return at_ == end_; }

    std::uint64_t number = 0;
    Bytes value;

  private:
    // Nearly all are of one octet.
    bool varint(std::uint64_t& into) {
        if (at_ == end_ || *at_ >= 0x80) return long_varint(into);
        into = *at_++;
        return true;
    }
    bool long_varint(std::uint64_t& into) {
        constexpr unsigned most_bits = 64;
        for (unsigned shift = 0; shift < most_bits && at_ != end_; shift += 7) {
            const std::uint8_t octet = *at_++;
            into |= std::uint64_t{octet & 0x7Fu} << shift;
            if (octet < 0x80) return true;
        }
        return false;
    }
    bool take(std::uint64_t count) {
        if (count > static_cast<std::uint64_t>(end_ - at_)) return false;
        value = {at_, static_cast<std::size_t>(count)};
        at_ += count;
        return true;
    }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    int fields_ = 0;
};

// Fields that end where the frame ends, and a message among them whose fields do too.
bool can_be_dnstap(Bytes frame) {
    constexpr std::uint64_t message_field = 14;
    bool has_message = false;
    Fields fields(frame);
    while (fields.next()) {
        if (fields.number != message_field) continue;
        Fields inner(fields.value);
        while (inner.next()) continue;
        has_message = !fields.value.empty() && inner.at_end();
    }
    return has_message && fields.at_end();
}

}  // namespace

bool looks_like_a_frame(Bytes bytes) {
    if (bytes.size() < telling_bytes) return false;
    const std::uint32_t length = big_endian(bytes.data());
    const std::uint8_t tag = bytes[length_bytes];
    return length > 1 && length <= max_capture_frame_bytes && begins_a_field(tag);
}

bool begins_a_field(std::uint8_t tag) {
    return tag == 0x0A || tag == 0x12 || tag == 0x1A || tag == 0x72 || tag == 0x78;
}

bool can_follow_a_frame(Bytes bytes) {
    if (bytes.size() < telling_bytes) return true;  // the file ends
    if (bytes.size() < control_header_bytes) return looks_like_a_frame(bytes);
    if (big_endian(bytes.data()) != 0) return looks_like_a_frame(bytes);
    const std::uint32_t length = big_endian(bytes.data() + length_bytes);
    return length >= min_control_bytes && length <= max_control_bytes;
}

bool fields_fill(Bytes frame) {
    Fields fields(frame);
    while (fields.next()) continue;
    return fields.at_end();
}

FrameSearch::Found FrameSearch::next(Bytes bytes, std::size_t at, std::size_t end, bool last) {
    for (; at < end; ++at)
        if (const Sight sight = look(bytes.subspan(at), last); sight != Sight::nothing) return {sight, at};
    return {Sight::nothing, at};
}

std::optional<std::size_t> FrameSearch::swallowed_at(Bytes frame, Bytes behind) {
    if (frame.size() > longest_tried()) return std::nullopt;
    if (decoder_.decode(frame, {{0, 0}, {}, ""}, event_) != DecodeStatus::undecodable) return std::nullopt;
    decoded_in_vain_ += frame.size();
    const Found found = next(together(frame, behind), 0, frame.size(), true);
    return found.sight == Sight::frame ? std::optional(length_bytes + found.at) : std::nullopt;
}

// They mostly lie so already.
Bytes FrameSearch::together(Bytes frame, Bytes behind) {
    behind = behind.first(std::min(behind.size(), behind_swallowed));
    if (frame.data() + frame.size() == behind.data()) return {frame.data(), frame.size() + behind.size()};
    if (behind.empty()) return frame;
    pieced_.assign(frame.begin(), frame.end());
    pieced_.insert(pieced_.end(), behind.begin(), behind.end());
    return pieced_;
}

std::size_t FrameSearch::longest_tried() const {
    return decoded_in_vain_ > much_in_vain ? short_frame : max_capture_frame_bytes;
}

FrameSearch::Sight FrameSearch::look(Bytes from_here, bool last) {
    if (from_here.size() < telling_bytes) return last ? Sight::nothing : Sight::unknown;
    if (!looks_like_a_frame(from_here)) return Sight::nothing;
    const std::size_t end = length_bytes + big_endian(from_here.data());
    if (from_here.size() < end + control_header_bytes && !last) return Sight::unknown;
    if (from_here.size() < end || !can_follow_a_frame(from_here.subspan(end))) return Sight::nothing;
    const Bytes frame = from_here.subspan(length_bytes, end - length_bytes);
    if (frame.size() > longest_tried() || !can_be_dnstap(frame)) return Sight::nothing;
    if (decoder_.decode(frame, {{0, 0}, {}, ""}, event_) != DecodeStatus::undecodable) return Sight::frame;
    decoded_in_vain_ += frame.size();
    return Sight::nothing;
}

}  // namespace tapferry
