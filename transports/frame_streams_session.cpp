#include "transports/frame_streams_session.h"

#include <algorithm>
#include <cassert>
#include <span>
#include <utility>

#include "proto/control_frame.h"
#include "transports/files/frame_streams_file.h"
#include "transports/quoting.h"

namespace tapferry {
namespace {

constexpr std::size_t length_bytes = 4;
// The escape, four zeros where a data frame has its length, and the length.
constexpr std::size_t head_bytes = 2 * length_bytes;
static_assert(FrameStreamsSession::most_received >= head_bytes + max_control_bytes);

std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view name_of(ControlType type) {
    switch (type) {
        case ControlType::start:
            return "START";
        case ControlType::stop:
            return "STOP";
        case ControlType::ready:
            return "READY";
        default:
            return "what nobody knows";
    }
}

}  // namespace

std::string_view FrameStreamsSession::ready() {
    assert(state_ == State::none);
    state_ = State::offered;
    const auto frame = ready_frame();
    return {reinterpret_cast<const char*>(frame.data()), frame.size()};
}

std::string_view FrameStreamsSession::start() {
    assert(state_ == State::accepted);
    state_ = State::open;
    return frame_streams_start;
}

std::string_view FrameStreamsSession::stop() {
    assert(state_ == State::open);
    state_ = State::stopping;
    return frame_streams_stop;
}

std::size_t FrameStreamsSession::take(std::string_view received) {
    std::size_t used = 0;
    while (state_ != State::finished && state_ != State::failed) {
        const std::string_view rest = received.substr(used);
        const std::string_view escape = rest.substr(0, length_bytes);
        if (escape.find_first_not_of('\0') != std::string_view::npos) {
            fail("it sends " + quoted(rest) + ", and may send control frames only");
            break;
        }
        if (rest.size() < head_bytes) break;
        const std::size_t length = big_endian(as_bytes(rest).data() + length_bytes);
        if (length < min_control_bytes || length > max_control_bytes) {
            fail("it sends a control frame of " + std::to_string(length) + " bytes");
            break;
        }
        if (rest.size() - head_bytes < length) break;
        take_control(rest.substr(head_bytes, length));
        used += head_bytes + length;
    }
    return used;
}

// What it may say of itself, and nobody knows yet, is passed over, as the protocol has it.
void FrameStreamsSession::take_control(std::string_view payload) {
    const auto frame = parse_control(as_bytes(payload));
    if (!frame) return fail("it sends a malformed control frame");
    switch (frame->type) {
        case ControlType::accept:
            return take_accept(*frame);
        case ControlType::finish:
            return take_finish();
        case ControlType::unknown:
            return;
        case ControlType::ready:
        case ControlType::start:
        case ControlType::stop:
            return fail("it says " + std::string(name_of(frame->type)) +
                        ": it sends Frame Streams itself, and takes none");
    }
}

// Without any type it takes all. A second one changes nothing.
void FrameStreamsSession::take_accept(const ControlFrame& frame) {
    if (state_ != State::offered) return;
    if (frame.content_types == 0 || frame.names_dnstap) {
        state_ = State::accepted;
        return;
    }
    fail("it takes " + quoted(frame.first_content_type) + ", and not \"" + std::string(dnstap_content_type) +
         "\"");
}

void FrameStreamsSession::take_finish() {
    if (state_ == State::stopping)
        state_ = State::finished;
    else if (state_ == State::offered)
        fail("it answers FINISH to what we offer");
    else
        fail("it ends the stream");
}

// Whoever answers the offer wrongly is something else than was meant.
void FrameStreamsSession::fail(std::string words) {
    needs_a_person_ = state_ == State::offered;
    state_ = State::failed;
    words_ = std::move(words);
}

}  // namespace tapferry
