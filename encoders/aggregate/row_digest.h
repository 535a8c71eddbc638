// The digest that names a row of an aggregate: BLAKE2s (RFC 7693) of its key, 128 bits long. Names are chosen
// by strangers, so it is one for which nobody can find two keys with one digest, and it is the same on every
// machine.
#pragma once

#include <string_view>

#include "encoders/records.h"

namespace tapferry {

RowDigest row_digest(std::string_view key);

}  // namespace tapferry
