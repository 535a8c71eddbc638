// Which secrets the servers of a destination over HTTP see beside those that it logs in with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "transports/http/options.h"

namespace tapferry {

// Whether a header of that name holds a secret, as "X-Api-Key" does.
bool names_a_secret(std::string_view header);

// Those of the proxy and of the headers that the configuration gives.
std::vector<std::string> configured_secrets(const HttpServers& servers);

}  // namespace tapferry
