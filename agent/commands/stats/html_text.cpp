#include "agent/commands/stats/html_text.h"

#include <cmath>

#include "agent/commands/count_words.h"

namespace tapferry {

namespace {

// "12.3 us" ends in a unit that has a sign of its own.
constexpr std::string_view microseconds = " us";

}  // namespace

HtmlText& HtmlText::text(std::string_view text) {
    const bool of_time = text.ends_with(microseconds);
    if (of_time) text.remove_suffix(microseconds.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                page_ += "&amp;";
                break;
            case '<':
                page_ += "&lt;";
                break;
            case '>':
                page_ += "&gt;";
                break;
            case '"':
                page_ += "&quot;";
                break;
            case '\'':
                page_ += "&#39;";
                break;
            case '\n':  // of our own, in what is shown when the pointer is over something
                page_ += "&#10;";
                break;
            default:
                if (c >= 0x20 && c <= 0x7E) {
                    page_ += c;
                } else {
                    const auto byte = static_cast<unsigned char>(c);
                    page_ += '\\';
                    for (const unsigned digit : {byte / 100u, byte / 10u % 10u, byte % 10u})
                        page_ += static_cast<char>('0' + digit);
                }
        }
    }
    if (of_time) page_ += " &micro;s";
    return *this;
}

HtmlText& HtmlText::number(std::uint64_t number) {
    page_ += std::to_string(number);
    return *this;
}

HtmlText& HtmlText::figure(std::uint64_t number) {
    page_ += with_commas(number);
    return *this;
}

HtmlText& HtmlText::coordinate(double coordinate) {
    const auto tenths = static_cast<std::int64_t>(std::llround(coordinate * 10));
    if (tenths < 0) page_ += '-';
    const auto size = static_cast<std::uint64_t>(std::abs(tenths));
    page_ += std::to_string(size / 10);
    if (size % 10 != 0) page_.append(".").append(std::to_string(size % 10));
    return *this;
}

}  // namespace tapferry
