// The keys of a destination's syslog header. Used by read_destination.cpp.
#pragma once

#include "agent/config/section.h"
#include "encoders/options.h"

namespace tapferry {

// `local`: for the socket of the host's own log, which adds the host's name itself.
SyslogHeaderOptions read_syslog_header(Section& destination_section, bool local = false);
// What the header takes from the format that it stands before: severities, and how exact the time is.
void fit_syslog_header(SyslogHeaderOptions& header, const FormatOptions& format);

}  // namespace tapferry
