// The keys of the destination type elasticsearch. Used by read_destination.cpp.
#pragma once

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

ElasticsearchOptions read_elasticsearch(Section& section, DestinationConfig& destination);
// Once the format is known: a document of ECS names its data stream too.
void fit_elasticsearch(Section& section, DestinationConfig& destination);

}  // namespace tapferry
