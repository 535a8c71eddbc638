// The pairs of a notice in CEF and in LEEF. Used by cef.cpp and leef.cpp.
#pragma once

#include <cstddef>

#include "encoders/records.h"
#include "proto/event.h"
#include "proto/text_pieces.h"

namespace tapferry {

// Append what follows the header of the open record. Where the record would be longer than `max_bytes` (0: no
// limit) it lacks its sentence; when that does not help it is refused.
void append_cef_notice(const Event& event, RecordBuffer& records, TextBuffer& out, std::size_t max_bytes);
// `severity`: 0 to 10.
void append_leef_notice(const Event& event, RecordBuffer& records, TextBuffer& out, std::size_t max_bytes,
                        std::uint8_t severity, SecondText& second);

}  // namespace tapferry
