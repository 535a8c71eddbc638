// The keys of the destination type dnstap. Used by read_destination.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"
#include "transports/options.h"

namespace tapferry {

TransportOptions read_dnstap(Section& section, DestinationConfig& destination);
// Once the format is known: there is but one that receivers take.
void fit_dnstap(Section& section, DestinationConfig& destination);

}  // namespace tapferry
