// Numbers for people: "1 frame", "12,345 frames". Used by the commands that count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tapferry {

std::string with_commas(std::uint64_t number);
// With an "s" behind the word unless there is one.
std::string counted(std::uint64_t number, std::string_view word);

}  // namespace tapferry
