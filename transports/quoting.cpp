#include "transports/quoting.h"

#include "proto/characters.h"

namespace tapferry {

namespace {

constexpr std::size_t longest_text = 80;
constexpr std::size_t longest_words = 300;

}  // namespace

std::string printable_text(std::string_view bytes) {
    std::string text(bytes.substr(0, longest_text));
    for (char& c : text)
        if (c < 0x20 || c > 0x7e || c == '"') c = '?';
    if (bytes.size() > longest_text) text += "...";
    return text;
}

std::string quoted(std::string_view bytes) {
    return "\"" + printable_text(bytes) + "\"";
}

std::string printable_words(std::string_view text) {
    std::string words;
    for (const char c : text) {
        const char shown = is_printable(c) ? c : ' ';
        if (shown == ' ' && (words.empty() || words.back() == ' ')) continue;
        if (words.size() == longest_words) return words + "...";
        words.push_back(shown);
    }
    if (words.ends_with(' ')) words.pop_back();
    return words;
}

}  // namespace tapferry
