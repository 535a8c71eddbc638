// Reads the options of an OPT record (RFC 6891). Used by Message::parse() only.
#pragma once

#include "proto/dns_message.h"

namespace tapferry::dns {

// Adds what `options`, the RDATA of an OPT record, says to `edns`. An option whose content is unsound is left
// out; returns why reading stopped early, or nullptr.
const char* read_edns_options(Wire options, Edns& edns);

}  // namespace tapferry::dns
