// From options to transports: the one place that knows every transport.
#pragma once

#include <memory>

#include "transports/options.h"
#include "transports/transport.h"

namespace tapferry {

std::unique_ptr<Transport> make_transport(const TransportOptions&);

}  // namespace tapferry
