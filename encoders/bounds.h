// How much of an event any encoder writes, whatever the frame holds: what a stranger sends decides neither
// memory nor time. What was left out for it is counted, and told in the event where its format has a place
// for that (JSON's "clipped", CEF's flexString1).
#pragma once

#include <cstddef>

namespace tapferry {

inline constexpr std::size_t max_event_bytes = 32 * 1024;
// What one event may add to an aggregate, whose rows are nobody's output yet: all records that are looked at,
// unless they are made to be long.
inline constexpr std::size_t max_event_row_bytes = 192 * 1024;
// Answers that passive DNS looks at: bounds the work for many that do not belong.
inline constexpr std::size_t max_examined_answers = 1024;
inline constexpr std::size_t max_shown_records = 64;  // of one section
inline constexpr std::size_t max_rdata_text = 2048;   // characters, before escaping
inline constexpr std::size_t max_shown_extended_errors = 8;
// An event's fixed labels together, as the longest format writes them; the configuration takes no more.
inline constexpr std::size_t max_label_bytes = 2048;
inline constexpr std::size_t max_shown_options = 8;  // of EDNS, of those that have no field of their own
inline constexpr std::size_t max_option_bytes = 64;

}  // namespace tapferry
