// The table [destinations.NAME.geoip]. Used by read_stages.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

void read_geoip(Section geoip, DestinationConfig& destination);

}  // namespace tapferry
