#include "agent/inputs/frame_streams.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>
#include <utility>

namespace tapferry {

namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::size_t control_header_bytes = 8;  // escape and length
// A carry that grew beyond this for one large frame is given back after it.
constexpr std::size_t kept_carry_bytes = 16 * 1024;

std::string printable(std::string_view bytes) {
    constexpr std::size_t shown = 80;
    std::string text;
    for (const char c : bytes.substr(0, shown)) text.push_back(c >= 0x20 && c < 0x7f ? c : '?');
    if (bytes.size() > shown) text += "...";
    return text;
}

// The first four bytes of something that is no Frame Streams.
Rejection strange_hello(std::span<const std::uint8_t> bytes) {
    if (bytes[0] == 0x16 && bytes[1] == 0x03)
        return {ConnectionRejection::tls,
                "a TLS ClientHello came, and this input speaks plain Frame Streams"};
    constexpr std::array<std::string_view, 8> http{"GET ", "HEAD", "POST", "PUT ",
                                                   "DELE", "OPTI", "CONN", "PRI "};
    const std::string_view first{reinterpret_cast<const char*>(bytes.data()), length_bytes};
    if (std::find(http.begin(), http.end(), first) != http.end())
        return {ConnectionRejection::not_frame_streams,
                "an HTTP request came, and this input speaks Frame Streams"};
    return {ConnectionRejection::not_frame_streams,
            "this is not Frame Streams: it does not begin with a READY or START control frame"};
}

}  // namespace

// A data or control frame with what stands before it, as far as its first bytes tell.
struct FrameStreams::Unit {
    enum class Kind : std::uint8_t { whole, oversize, bad } kind = Kind::whole;
    // whole: its length, or how many bytes must be there to know it; oversize: of the payload
    std::uint64_t bytes = 0;
};

FrameStreams::Unit FrameStreams::measure(std::span<const std::uint8_t> bytes) const {
    if (bytes.size() < length_bytes) return {Unit::Kind::whole, length_bytes};
    const std::uint64_t length = big_endian(bytes.data());
    if (length != 0) {
        if (state_ != State::data) return {Unit::Kind::bad, 0};
        if (length > max_frame_bytes_) return {Unit::Kind::oversize, length};
        return {Unit::Kind::whole, length_bytes + length};
    }
    if (bytes.size() < control_header_bytes) return {Unit::Kind::whole, control_header_bytes};
    const std::uint64_t control_length = big_endian(bytes.data() + length_bytes);
    if (control_length < min_control_bytes || control_length > max_control_bytes) return {Unit::Kind::bad, 0};
    return {Unit::Kind::whole, control_header_bytes + control_length};
}

// Most steps are this one: a data frame of which nothing came before, and all is there. Empty: it is not so.
std::span<const std::uint8_t> FrameStreams::whole_frame(std::span<const std::uint8_t> input) const {
    if (state_ != State::data || !carry_.empty() || to_discard_ != 0 || input.size() < length_bytes)
        return {};
    const std::size_t length = big_endian(input.data());
    if (length > max_frame_bytes_ || length > input.size() - length_bytes) return {};
    return input.subspan(length_bytes, length);
}

StreamStep FrameStreams::next(std::span<const std::uint8_t>& input) {
    assert(state_ != State::failed);
    if (const auto frame = whole_frame(input); !frame.empty()) [[likely]] {
        input = input.subspan(length_bytes + frame.size());
        return {StreamStepKind::frame, frame};
    }
    for (;;) {
        if (carry_told_) {
            carry_.clear();
            if (carry_.capacity() > kept_carry_bytes) carry_.shrink_to_fit();
            carry_told_ = false;
        }
        discard(input);
        if (input.empty()) return {};

        StreamStep step;
        if (!carry_.empty()) {
            step = gather(input);
        } else if (const Unit unit = measure(input);
                   unit.kind == Unit::Kind::whole && unit.bytes <= input.size()) {
            const auto bytes = input.first(unit.bytes);
            input = input.subspan(unit.bytes);
            step = whole(bytes);
        } else {
            step = gather(input);
        }
        if (step.kind != StreamStepKind::need_more) return step;
    }
}

void FrameStreams::discard(std::span<const std::uint8_t>& input) {
    const std::size_t now = std::min<std::uint64_t>(to_discard_, input.size());
    input = input.subspan(now);
    to_discard_ -= now;
}

// Adds to carry_ what its unit still needs.
StreamStep FrameStreams::gather(std::span<const std::uint8_t>& input) {
    for (;;) {
        const Unit unit = measure(carry_);
        if (unit.kind == Unit::Kind::bad) return refuse_length();
        if (unit.kind == Unit::Kind::oversize) {
            to_discard_ = unit.bytes;
            carry_.clear();
            return {StreamStepKind::oversize, {}};
        }
        if (unit.bytes == carry_.size()) {
            carry_told_ = true;
            return whole(carry_);
        }
        if (input.empty()) return {};
        const auto more = input.first(std::min<std::uint64_t>(unit.bytes - carry_.size(), input.size()));
        carry_.insert(carry_.end(), more.begin(), more.end());
        input = input.subspan(more.size());
    }
}

StreamStep FrameStreams::whole(std::span<const std::uint8_t> unit) {
    if (big_endian(unit.data()) != 0) return {StreamStepKind::frame, unit.subspan(length_bytes)};
    return control(unit.subspan(control_header_bytes));
}

StreamStep FrameStreams::control(std::span<const std::uint8_t> payload) {
    const auto frame = parse_control(payload);
    if (!frame) return reject(ConnectionRejection::bad_control, "a malformed control frame came");
    switch (frame->type) {
        case ControlType::unknown:
            // In the handshake too: a later version of the protocol may say something first.
            return {};
        case ControlType::ready:
            return ready(*frame);
        case ControlType::start:
            return start(*frame);
        case ControlType::stop:
            if (in_handshake()) return reject(ConnectionRejection::protocol, "STOP came before START");
            state_ = State::stopped;
            return {StreamStepKind::stopped, {}};
        case ControlType::accept:
        case ControlType::finish:
            break;
    }
    if (in_handshake())
        return reject(ConnectionRejection::protocol, "a control frame came that only a receiver sends");
    return {};
}

StreamStep FrameStreams::ready(const ControlFrame& frame) {
    if (state_ == State::stopped) return reject(ConnectionRejection::protocol, "READY came after STOP");
    if (frame.content_types != 0 && !frame.names_dnstap) return refuse_content_type(frame);
    bidirectional_ = true;
    // A sender whose READY seemed to go unanswered repeats it on the same connection.
    if (state_ == State::hello) state_ = State::wait_start;
    return {StreamStepKind::answer, accept_frame()};
}

StreamStep FrameStreams::start(const ControlFrame& frame) {
    if (frame.content_types != 0 && !frame.names_dnstap) return refuse_content_type(frame);
    // In the middle of the data it is the seam of two files that were joined.
    if (state_ == State::data) return {};
    const bool handshake = in_handshake();
    state_ = State::data;
    return {handshake ? StreamStepKind::started : StreamStepKind::need_more, {}};
}

StreamStep FrameStreams::refuse_content_type(const ControlFrame& frame) {
    return reject(ConnectionRejection::content_type, "the sender offers content type \"" +
                                                         printable(frame.first_content_type) + "\", not \"" +
                                                         std::string(dnstap_content_type) + "\"");
}

// carry_ begins with a length that cannot be.
StreamStep FrameStreams::refuse_length() {
    if (big_endian(carry_.data()) == 0) {
        const std::uint32_t length = big_endian(carry_.data() + length_bytes);
        return reject(ConnectionRejection::bad_control,
                      "a control frame of " + std::to_string(length) + " bytes came; it must have 4 to 512");
    }
    if (state_ == State::hello) {
        Rejection strange = strange_hello(carry_);
        return reject(strange.reason, std::move(strange.text));
    }
    return reject(ConnectionRejection::protocol, state_ == State::stopped ? "a data frame came after STOP"
                                                                          : "a data frame came before START");
}

StreamStep FrameStreams::reject(ConnectionRejection reason, std::string text) {
    state_ = State::failed;
    rejection_ = {reason, std::move(text)};
    return {StreamStepKind::rejected, {}};
}

StreamEnd FrameStreams::end() const {
    if (in_handshake()) return StreamEnd::in_handshake;
    if (state_ == State::stopped) return StreamEnd::stopped;
    if (carry_.empty() || carry_told_) return StreamEnd::between_frames;
    const bool control = carry_.size() >= length_bytes && big_endian(carry_.data()) == 0;
    return control ? StreamEnd::between_frames : StreamEnd::inside_frame;
}

}  // namespace tapferry
