// The table of severities by class and response code, of the formats that have them. Used by read_format.cpp.
#pragma once

#include "agent/config/section.h"
#include "encoders/event_class.h"

namespace tapferry {

// `format_section` holds a table "severity"; what it does not name stays as it is.
Severities read_severities(Section& format_section);

}  // namespace tapferry
