// The keys of the destination type relp.
#pragma once

#include <cstddef>

#include "agent/config/config.h"
#include "agent/config/section.h"
#include "transports/options.h"

namespace tapferry {

RelpOptions read_relp(Section& section, DestinationConfig& destination);

}  // namespace tapferry
