// The id of an event as one agent tells it to the next: in the `extra` of the event's dnstap frame, 32 hex
// digits, and where the DNS server had set `extra` itself ";" and what it had set. Used by who passes frames
// on, and by who believes them.
#pragma once

#include <optional>
#include <string_view>

#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

struct CarriedId {
    EventId id;
    std::string_view extra;  // as the server had set it; a part of what was read
};

// None: no agent has written this.
[[nodiscard]] std::optional<CarriedId> read_carried_id(std::string_view extra);

// Appends it as a field to `out`, whose last bytes, from `frame` on, are the event's frame as a whole. By
// protobuf's rules the last `extra` of a frame counts, so nothing in it is looked for or changed. Does
// nothing where it stands at the frame's end already, or would make the frame longer than receivers take (1
// MiB).
void append_carried_id(TextBuffer& out, std::size_t frame, const EventId& id, std::string_view extra);

}  // namespace tapferry
