// protobuf keeps an enum number that the schema does not know among a message's unknown fields, in wire
// format. Used by Decoder only.
#pragma once

#include <cstdint>
#include <string_view>

namespace tapferry {

// The last varint with the number `field` in `fields`, or 0. Reads to the first thing it does not understand.
std::uint64_t find_unknown_varint(std::string_view fields, std::uint64_t field);

}  // namespace tapferry
