// What an HTTP server says with its status, for people: as quoting.h has it.
#pragma once

#include <string>
#include <string_view>

#include "transports/http/answer.h"

namespace tapferry {

// "503: Server is busy": the status and the text of the body, which may begin with the status itself; of HTML
// without its marks.
std::string words_of(const ServerAnswer& answer);
std::string words_of(unsigned status, std::string_view text);

}  // namespace tapferry
