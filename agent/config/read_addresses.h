// The far sides of a destination: "address", or "addresses" to share load and fail over. Used by the readers
// of every type that sends over the network.
#pragma once

#include <string_view>
#include <vector>

#include "agent/config/section.h"
#include "transports/options.h"

namespace tapferry {

// At least one, unless that was told as a fault. "/dev/log" is "unix:/dev/log".
std::vector<Address> read_addresses(Section& section, std::string_view example = "siem.example.com:601");
// One alone.
Address read_address(Section& section, std::string_view example);

}  // namespace tapferry
