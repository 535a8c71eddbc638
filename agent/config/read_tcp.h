// The keys of the destination types tcp and udp, and what syslog shares with them. Used by
// read_destination.cpp.
#pragma once

#include <vector>

#include "agent/config/config.h"
#include "agent/config/section.h"
#include "transports/options.h"

namespace tapferry {

TransportOptions read_tcp(Section& section, DestinationConfig& destination);

DatagramOptions read_udp(Section& section, DestinationConfig& destination);
// Once the format is known: one that comes in chunks has another limit.
void fit_udp(Section& section, DestinationConfig& destination);
// Of formats whose events are mostly longer than the limit of these datagrams, if that is what it sends.
void warn_of_short_datagrams(Section& section, const DestinationConfig& destination);

// A byte stream to these addresses. `always_tls`: even without the key.
StreamOptions read_stream(Section& section, std::vector<Address> addresses, DestinationConfig& destination,
                          bool always_tls = false);

}  // namespace tapferry
