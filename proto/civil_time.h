// The Gregorian calendar in UTC. Used within proto/ only.
#pragma once

#include <cstdint>

#include "proto/text_buffer.h"

namespace tapferry {

struct CivilTime {
    unsigned year = 0;
    unsigned month = 1;  // 1 to 12
    unsigned day = 1;    // 1 to 31
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
};

// `seconds` since 1970-01-01; what lies outside the years 0000 to 9999 becomes the nearest second within.
CivilTime to_civil(std::int64_t seconds);

// 20261120212342: the times of RRSIG (RFC 4034, section 3.2).
void append_signature_time(TextBuffer&, std::uint32_t seconds);

}  // namespace tapferry
