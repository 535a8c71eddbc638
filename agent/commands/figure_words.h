// Figures as people read them: "12.3 %", "1.24 ms", "512 B", "1 min 43 s". Printable ASCII. Used by the
// commands that report; counts have words of their own (count_words.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/timestamp.h"

namespace tapferry {

std::string share_words(std::uint64_t part, std::uint64_t whole);  // "12.3 %"; "-" of nothing
std::string duration_words(std::uint64_t nanoseconds);             // "850 ns", "1.24 ms", "12.0 s"
std::string size_words(std::uint64_t bytes);                       // "512 B", "9.61 MB" (powers of 1000)
std::string room_words(std::uint64_t bytes);  // "512 B", "9.61 MiB" (powers of 1024, as room is configured)
std::string rate_words(double a_second);      // "0.25", "48.9", "12,345"
std::string span_words(double seconds);       // "0.42 s", "1 min 43 s", "2 h 5 min"
std::string time_words(const Timestamp&);     // "2026-11-20T21:20:58Z"
std::string day_words(std::int64_t ms);       // "2026-11-20"
// "21:20:58"; with milliseconds "21:20:58.572"
std::string clock_words(std::int64_t ms, bool with_milliseconds);
// "10.0 ms" as "10 ms": of marks on an axis, whose zeros say nothing.
std::string mark_words(std::string words);

}  // namespace tapferry
