// What the commands write to when it is a terminal: how wide it is, what it can show, and how a line of it is
// taken back. Used by the commands that draw.
#pragma once

#include <cstddef>
#include <string_view>

namespace tapferry {

bool output_is_terminal();
bool errors_go_to_terminal();

// Columns of standard output; `otherwise` when it is no terminal, or one that does not tell.
std::size_t output_width(std::size_t otherwise);
// It is a terminal that can, and nobody asked for none (NO_COLOR).
bool output_has_colours();
// Whether the locale has characters beyond ASCII.
bool locale_is_utf8();

inline constexpr std::string_view erase_line = "\r\033[K";

}  // namespace tapferry
