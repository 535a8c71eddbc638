// The tables [destinations.NAME.match_lists.NAME]. Used by read_stages.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

void read_match_lists(Section match_lists, DestinationConfig& destination);

}  // namespace tapferry
