// The table [destinations.NAME.privacy]. Used by read_stages.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

void read_privacy(Section privacy, DestinationConfig& destination);

}  // namespace tapferry
