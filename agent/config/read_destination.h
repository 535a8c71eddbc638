// One [destinations.NAME] section into a DestinationConfig.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

// Names of the destination types: "syslog", "relp", "kafka" …
std::vector<std::string_view> destination_types();

DestinationConfig read_destination(const std::string& name, Section& section);

}  // namespace tapferry
