// Which format a destination writes, and the options of that format. Used by read_destination.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

// `max_bytes`: of a whole record with its envelope, where the transport has a limit; 0: it has none.
void read_format(Section& destination_section, DestinationConfig& destination, std::size_t max_bytes);

}  // namespace tapferry
