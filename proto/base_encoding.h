// Base64 and base32hex (RFC 4648), for RDATA and for whoever logs in.
#pragma once

#include "proto/dns_message.h"
#include "proto/text_buffer.h"

namespace tapferry {

void append_base64(TextBuffer&, dns::Wire bytes);     // with padding
void append_base32hex(TextBuffer&, dns::Wire bytes);  // lower case, without padding (RFC 5155, section 3.3)

}  // namespace tapferry
