#include "transports/http/answer_words.h"

#include <algorithm>

#include "transports/quoting.h"

namespace tapferry {
namespace {

constexpr std::size_t most_looked_at = 8 << 10;

// What stands between the tags, but for styles and scripts.
std::string without_tags(std::string_view html) {
    std::string text;
    std::string_view until;
    while (!html.empty()) {
        const std::size_t begin = std::min(html.find('<'), html.size());
        if (until.empty()) text.append(html.substr(0, begin));
        html.remove_prefix(begin);
        if (!until.empty() && html.starts_with(until)) until = {};
        if (html.starts_with("<style")) until = "</style";
        if (html.starts_with("<script")) until = "</script";
        const std::size_t end = html.find('>');
        html.remove_prefix(end == std::string_view::npos ? html.size() : end + 1);
        text.push_back(' ');
    }
    return text;
}

}  // namespace

std::string words_of(unsigned status, std::string_view text) {
    const std::string words = printable_words(text);
    return std::to_string(status) + (words.empty() ? "" : ": " + words);
}

std::string words_of(const ServerAnswer& answer) {
    const std::string_view body = std::string_view(answer.body).substr(0, most_looked_at);
    const bool is_html = answer.content_type.find("html") != std::string::npos || body.starts_with("<");
    return words_of(answer.status, is_html ? without_tags(body) : std::string(body));
}

}  // namespace tapferry
