// The agent's status in Prometheus' text format. Counters start at 0 with each process. Door of
// prometheus-cpp.
#pragma once

#include <string>

#include "agent/status.h"

namespace tapferry {

std::string metrics_text(const AgentStatus& status);

}  // namespace tapferry
