// Which format a destination writes, and the options of that format. Used by read_destination.cpp.
#pragma once

#include <string>

#include "agent/config/config.h"
#include "agent/config/section.h"

namespace tapferry {

// Of a destination whose type is read: some formats cut what is longer than its max_record_bytes.
void read_format(Section& destination_section, DestinationConfig& destination);

// Framed as the format wants it where the destination leaves no choice.
void fit_framing(DestinationConfig& destination);

// Why records of the destination's format cannot go where its type sends them; empty: they can. Several lines
// an event would be taken for as many events where a record is a line.
std::string misfit(const DestinationConfig& destination);

}  // namespace tapferry
