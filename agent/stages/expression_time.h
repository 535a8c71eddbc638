// Times as an operator writes them in an expression.
#pragma once

#include <optional>
#include <string_view>

#include "proto/event.h"

namespace tapferry {

// RFC 3339: "2026-11-20T21:23:42.143Z", "2026-11-20 21:23+01:00", "2026-11-20". UTC unless it says otherwise.
// None: it is no time.
std::optional<Timestamp> parse_time(std::string_view text);

}  // namespace tapferry
