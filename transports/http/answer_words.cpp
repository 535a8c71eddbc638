#include "transports/http/answer_words.h"

#include <algorithm>

#include "transports/quoting.h"

namespace tapferry {
namespace {

constexpr std::size_t most_looked_at = 8 << 10;

// "404 Not Found" is "Not Found": the status is said before.
std::string_view without_status(std::string_view words, unsigned status) {
    const std::string number = std::to_string(status);
    if (!words.starts_with(number)) return words;
    const std::string_view rest = words.substr(number.size());
    const std::size_t begin = std::min(rest.find_first_not_of(" :-"), rest.size());
    return begin == 0 && !rest.empty() ? words : rest.substr(begin);
}

// What stands between the tags, but for styles and scripts. A title that the heading repeats is said once.
std::string without_tags(std::string_view html, unsigned status) {
    std::string text;
    std::size_t pieces = 0;
    std::string_view until;
    while (!html.empty()) {
        const std::size_t begin = std::min(html.find('<'), html.size());
        const std::string words = until.empty() ? printable_words(html.substr(0, begin)) : "";
        if (!words.empty()) {
            const std::string piece(without_status(words, status));
            const bool is_repeated = pieces == 1 && text == piece + " ";
            if (!is_repeated) text += piece + " ";
            ++pieces;
        }
        html.remove_prefix(begin);
        if (!until.empty() && html.starts_with(until)) until = {};
        if (html.starts_with("<style")) until = "</style";
        if (html.starts_with("<script")) until = "</script";
        const std::size_t end = html.find('>');
        html.remove_prefix(end == std::string_view::npos ? html.size() : end + 1);
    }
    return text;
}

}  // namespace

std::string words_of(unsigned status, std::string_view text) {
    const std::string words(without_status(printable_words(text), status));
    return std::to_string(status) + (words.empty() ? "" : ": " + words);
}

std::string words_of(const ServerAnswer& answer) {
    const std::string_view body = std::string_view(answer.body).substr(0, most_looked_at);
    const bool is_html = answer.content_type.find("html") != std::string::npos || body.starts_with("<");
    return words_of(answer.status, is_html ? without_tags(body, answer.status) : std::string(body));
}

}  // namespace tapferry
