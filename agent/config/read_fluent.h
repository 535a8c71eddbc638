// The keys of the destination type fluent.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"
#include "transports/options.h"

namespace tapferry {

FluentOptions read_fluent(Section& section, DestinationConfig& destination);

}  // namespace tapferry
