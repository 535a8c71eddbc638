// The destinations of a configuration that a command is to work with.
#pragma once

#include <string>
#include <vector>

#include "agent/config/config.h"

namespace tapferry {

// Those of these names, switched on or not; without names all that are switched on. Throws WrongUsage when
// there is none, or none of a name.
std::vector<DestinationConfig> chosen_destinations(const Config& config,
                                                   const std::vector<std::string>& names);

}  // namespace tapferry
