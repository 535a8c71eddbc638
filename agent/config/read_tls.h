// The table "tls" of a destination that makes connections: certificates are looked at here, so that their
// faults are told before anything is sent.
#pragma once

#include <optional>
#include <vector>

#include "agent/config/config.h"
#include "agent/config/section.h"
#include "transports/options.h"

namespace tapferry {

// `tls = true`, or a table, switches TLS on; none: plain text. `always`: it is on even without the key.
std::optional<TlsOptions> read_tls(Section& section, DestinationConfig& destination, bool always = false);

// Tells addresses with which TLS cannot be spoken.
void check_tls_addresses(Section& section, const std::vector<Address>& addresses);

}  // namespace tapferry
