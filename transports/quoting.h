// What a far side says, for people: on one line, without what it may have put in to hurt a terminal or a log.
#pragma once

#include <string>
#include <string_view>

namespace tapferry {

// Bytes as they came: printable ASCII but the quotation mark, "?" for everything else; at most 80, and "..."
// where there are more.
std::string printable_text(std::string_view bytes);
// The same between quotation marks.
std::string quoted(std::string_view bytes);
// Sentences: at most 300 printable characters, white space as single spaces.
std::string printable_words(std::string_view text);

}  // namespace tapferry
