// The keys of a destination of type "kafka".
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

KafkaOptions read_kafka(Section& destination_section, DestinationConfig& destination);

// What depends on the destination's format and filter, once these are read.
void fit_kafka(Section& destination_section, DestinationConfig& destination);

}  // namespace tapferry
