// Times in options, as people give them: a point in time, or how long ago.
#pragma once

#include <optional>
#include <string>

#include "proto/event.h"

namespace tapferry {

// "2026-11-20T21:00:00Z", or "2h" for two hours ago. None: the option was not given. Throws WrongUsage for
// what is no time.
std::optional<Timestamp> read_time_option(const std::string& option, const std::string& text);

}  // namespace tapferry
