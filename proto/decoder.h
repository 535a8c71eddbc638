// One dnstap frame into an Event. No I/O; storage is reused from call to call, so nothing is allocated in the
// steady state. Each route owns one Decoder; it is not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

enum class DecodeStatus : std::uint8_t {
    decoded,      // `event` is whole; it may still be of kind malformed
    undecodable,  // the protobuf breaks off: `event` says whence the frame came and nothing of its content
};

// What intake knew of a frame besides its bytes.
struct FrameOrigin {
    EventId id;
    Timestamp received;  // also the yardstick for the server's clock: see Event::time
    std::string_view input;
};

class Decoder {
  public:
    // `frame` and `origin.input` must outlive the use of `event`.
    [[nodiscard]] DecodeStatus decode(std::span<const std::uint8_t> frame, const FrameOrigin& origin,
                                      Event& event);

  private:
    TextBuffer qname_;
};

}  // namespace tapferry
