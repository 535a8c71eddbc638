// What a far side says may repeat whatever it was sent, and comes into the log, the status and dead letters.
#pragma once

#include <string>
#include <vector>

namespace tapferry {

// `words` with "..." for each of the secrets of four characters or more, also for as much of one as stands
// before the end of the words, or before the "..." of words that were cut.
std::string without_secrets(std::string words, const std::vector<std::string>& secrets);

}  // namespace tapferry
