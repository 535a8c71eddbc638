// The keys of the destination type splunk_hec. Used by read_destination.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

SplunkHecOptions read_splunk_hec(Section& section, DestinationConfig& destination);
// Once the format is known: what its events are called, and whether they are JSON.
void fit_splunk_hec(Section& section, DestinationConfig& destination);

}  // namespace tapferry
