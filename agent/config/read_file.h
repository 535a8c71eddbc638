// The keys of the destination type file.
#pragma once

#include "agent/config/section.h"
#include "transports/options.h"

namespace tapferry {

FileOptions read_file(Section& section);

}  // namespace tapferry
