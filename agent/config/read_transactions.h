// Whether a destination's queries and responses become one event each. Used by read_stages.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

void read_transactions(Section& destination_section, DestinationConfig& destination);

}  // namespace tapferry
