// The version of the program, as the build knows it.
#pragma once

#include <string_view>

namespace tapferry {

inline constexpr std::string_view version = TAPFERRY_VERSION;

}  // namespace tapferry
