// The keys of the destination type syslog but for those of its header. Used by read_destination.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"
#include "transports/options.h"

namespace tapferry {

TransportOptions read_syslog(Section& section, DestinationConfig& destination);
// Of whatever has a syslog header, when its format is known.
void fit_syslog(Section& section, DestinationConfig& destination);

}  // namespace tapferry
