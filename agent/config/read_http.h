// The keys of the destination type http. Used by read_destination.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

HttpOptions read_http(Section& section, DestinationConfig& destination);
// Once the format is known: what a body of it is called.
void fit_http(Section& section, DestinationConfig& destination);

// Its records are JSON objects.
bool is_json_format(const FormatOptions& format);

}  // namespace tapferry
