// Whether the json format would leave something out of an event and say so in "clipped". Used by expressions.
#pragma once

#include "proto/event.h"

namespace tapferry {

// Asks the encoder itself, so it costs what encoding does.
[[nodiscard]] bool is_clipped(const Event& event);

}  // namespace tapferry
