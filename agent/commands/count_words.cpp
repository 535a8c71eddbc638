#include "agent/commands/count_words.h"

namespace tapferry {

std::string with_commas(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

std::string counted(std::uint64_t number, std::string_view word) {
    return with_commas(number).append(" ").append(word).append(number == 1 ? "" : "s");
}

}  // namespace tapferry
