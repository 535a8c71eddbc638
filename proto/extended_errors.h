// Extended DNS errors (RFC 8914): why a server answered as it did.
#pragma once

#include <cstdint>
#include <string_view>

namespace tapferry {

// As IANA's registry "Extended DNS Error Codes" has it; empty: the code has no name.
std::string_view extended_error_name(std::uint16_t code);

}  // namespace tapferry
