// The name of this host, where a far side is told one and the configuration gives none.
#pragma once

#include <string>
#include <string_view>

namespace tapferry {

// `otherwise`: when the host has none.
std::string own_host_name(std::string_view otherwise);

}  // namespace tapferry
