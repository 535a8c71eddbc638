#include "encoders/escape.h"

namespace tapferry {
namespace {

constexpr std::size_t longest_escape = 6;  // \u001f

struct Replacement {
    char text[longest_escape];
    std::size_t length;
};

Replacement plain(char c) {
    return {{c}, 1};
}
Replacement backslashed(char c) {
    return {{'\\', c}, 2};
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

Replacement json_replacement(char c) {
    if (c == '"' || c == '\\') return backslashed(c);
    if (!is_control(c)) return plain(c);
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {{'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6};
}

Replacement cef_value_replacement(char c) {
    if (c == '\n') return backslashed('n');
    if (c == '\r') return backslashed('r');
    return c == '=' || c == '\\' ? backslashed(c) : plain(c);
}

Replacement cef_header_replacement(char c) {
    if (c == '\n' || c == '\r') return plain(' ');
    return c == '|' || c == '\\' ? backslashed(c) : plain(c);
}

Replacement sd_param_replacement(char c) {
    return c == '"' || c == '\\' || c == ']' ? backslashed(c) : plain(c);
}

// \DDD of RFC 1035, section 5.1.
Replacement decimal(char c) {
    const auto byte = static_cast<unsigned char>(c);
    const auto digit = [](int value) { return static_cast<char>('0' + value % 10); };
    return {{'\\', digit(byte / 100), digit(byte / 10), digit(byte)}, 4};
}

Replacement pipe_replacement(char c) {
    return c == '|' ? decimal(c) : plain(c);
}

// Replaces each character in place, from the back, after making room for all of them.
template <typename Replace>
void rewrite(TextBuffer& out, std::size_t from, Replace replace) {
    std::size_t read = out.size();
    std::size_t wanted = 0;
    for (const char c : out.view(from)) wanted += replace(c).length;
    const std::size_t more = from + wanted - read;
    (void)out.reserve(more);
    out.commit(more);
    char* text = out.data();
    std::size_t write = out.size();
    while (read > from) {
        const Replacement r = replace(text[--read]);
        write -= r.length;
        std::memcpy(text + write, r.text, r.length);
    }
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

namespace escape_detail {

void rewrite_json(TextBuffer& out, std::size_t from) {
    rewrite(out, from, json_replacement);
}
void rewrite_cef_value(TextBuffer& out, std::size_t from) {
    rewrite(out, from, cef_value_replacement);
}
void rewrite_cef_header(TextBuffer& out, std::size_t from) {
    rewrite(out, from, cef_header_replacement);
}
void rewrite_sd_param(TextBuffer& out, std::size_t from) {
    rewrite(out, from, sd_param_replacement);
}
void rewrite_pipes(TextBuffer& out, std::size_t from) {
    rewrite(out, from, pipe_replacement);
}

}  // namespace escape_detail

void escape_listed(TextBuffer& out, std::size_t from, std::string_view listed) {
    if (out.view(from).find_first_of(listed) == std::string_view::npos) return;
    rewrite(out, from,
            [&](char c) { return listed.find(c) == std::string_view::npos ? plain(c) : decimal(c); });
}

bool cut_text(TextBuffer& out, std::size_t from, std::size_t max) {
    const std::string_view text = out.view(from);
    if (text.size() <= max) return false;
    std::size_t end = max;
    for (std::size_t back = 1; back <= 3 && back <= max; ++back) {
        if (text[max - back] == '\\' && is_digit(text[max - back + 1])) {
            end = max - back;
            break;
        }
    }
    out.truncate(from + end);
    return true;
}

}  // namespace tapferry
