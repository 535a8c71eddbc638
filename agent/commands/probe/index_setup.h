// tapferry probe: what a destination's index is like is made known to the server, and that it is a data
// stream is seen to before a first document makes something else of it.
#pragma once

#include <chrono>
#include <vector>

#include "agent/config/config.h"
#include "transports/way.h"

namespace tapferry {

// Of a destination of type elasticsearch: when it `installs`, the template, and the pipeline if it names one;
// and the data stream, where the server says something of it. Whatever is there already is left as it is. Up
// to the first step that does not pass.
[[nodiscard]] std::vector<WayStep> set_up_index(const DestinationConfig& destination, bool installs,
                                                std::chrono::milliseconds timeout);

}  // namespace tapferry
