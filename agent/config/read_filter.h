// The table [destinations.NAME.filter]. Used by read_stages.cpp.
// The destination's labels and match lists are read before.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

void read_filter(Section filter, DestinationConfig& destination);

}  // namespace tapferry
