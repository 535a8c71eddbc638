// What a destination's stages do between decoding and encoding: pairing, filter, match lists, places,
// privacy, labels. Used by read_destination.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

// After read_format(): which events count unless told otherwise depends on the format.
void read_stages(Section& destination_section, DestinationConfig& destination);

}  // namespace tapferry
