// Who a destination is to its far side, and whether it is let in: the step of tapferry probe between the
// connection and the event.
#pragma once

#include <optional>
#include <string>

#include "transports/options.h"

namespace tapferry {

// "as tapferry", "with a token"; none: it does not say who it is, or by its certificate alone.
[[nodiscard]] std::optional<std::string> login_of(const TransportOptions& options);
// Whether a far side that goes on has looked at it: a server of HTTP that wants no login need not.
[[nodiscard]] bool is_login_checked(const TransportOptions& options);

}  // namespace tapferry
