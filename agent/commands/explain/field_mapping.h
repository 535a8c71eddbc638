// Which fact of an event stands under which key of which format. Used by `tapferry explain`.
#pragma once

#include <cstddef>
#include <string_view>

namespace tapferry {

// `key` without indexes. Empty: the format alone knows, so the value is derived.
std::string_view fact_of(std::string_view format, std::string_view key);

// Characters that the format itself allows for the key, before escaping; 0: as many as the fact has.
std::size_t limit_of(std::string_view format, std::string_view key);

}  // namespace tapferry
