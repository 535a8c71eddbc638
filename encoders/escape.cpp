#include "encoders/escape.h"

namespace tapferry {
namespace {

constexpr std::size_t longest_escape = 6;  // \u001f

struct Replacement {
    char text[longest_escape];
    std::size_t length;
};

Replacement backslashed(char c) {
    return {{'\\', c}, 2};
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// \DDD of RFC 1035, section 5.1.
Replacement decimal(char c) {
    const auto byte = static_cast<unsigned char>(c);
    const auto digit = [](int value) { return static_cast<char>('0' + value % 10); };
    return {{'\\', digit(byte / 100), digit(byte / 10), digit(byte)}, 4};
}

// \u00XX of RFC 8259, section 7.
Replacement unicode(char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {{'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6};
}

struct Json {
    static bool special(char c) { return c == '"' || c == '\\' || is_control(c); }
    static Replacement replace(char c) { return is_control(c) ? unicode(c) : backslashed(c); }
};

struct CefValue {
    static bool special(char c) { return c == '=' || c == '\\' || c == '\n' || c == '\r'; }
    static Replacement replace(char c) { return backslashed(c == '\n' ? 'n' : c == '\r' ? 'r' : c); }
};

struct CefHeader {
    static bool special(char c) { return c == '|' || c == '\\' || c == '\n' || c == '\r'; }
    static Replacement replace(char c) { return is_control(c) ? Replacement{{' '}, 1} : backslashed(c); }
};

struct SdParam {
    static bool special(char c) { return c == '"' || c == '\\' || c == ']'; }
    static Replacement replace(char c) { return backslashed(c); }
};

struct Pipes {
    static bool special(char c) { return c == '|'; }
    static Replacement replace(char c) { return decimal(c); }
};

struct Listed {
    std::string_view listed;
    [[nodiscard]] bool special(char c) const { return listed.find(c) != std::string_view::npos; }
    static Replacement replace(char c) { return decimal(c); }
};

// Replaces in place, from the back, after making room. What stands before the first replacement stays where
// it is.
template <typename Syntax>
void rewrite(TextBuffer& out, std::size_t from, Syntax syntax) {
    std::size_t more = 0;
    std::size_t left = 0;
    for (const char c : out.view(from)) {
        if (!syntax.special(c)) continue;
        more += syntax.replace(c).length - 1;
        ++left;
    }
    (void)out.reserve(more);
    char* text = out.data();
    std::size_t read = out.size();
    out.commit(more);
    for (std::size_t write = out.size(); left != 0;) {
        const char c = text[--read];
        if (!syntax.special(c)) {
            text[--write] = c;
            continue;
        }
        const Replacement r = syntax.replace(c);
        write -= r.length;
        std::memcpy(text + write, r.text, r.length);
        --left;
    }
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

namespace escape_detail {

void rewrite_json(TextBuffer& out, std::size_t from) {
    rewrite(out, from, Json{});
}
void rewrite_cef_value(TextBuffer& out, std::size_t from) {
    rewrite(out, from, CefValue{});
}
void rewrite_cef_header(TextBuffer& out, std::size_t from) {
    rewrite(out, from, CefHeader{});
}
void rewrite_sd_param(TextBuffer& out, std::size_t from) {
    rewrite(out, from, SdParam{});
}
void rewrite_pipes(TextBuffer& out, std::size_t from) {
    rewrite(out, from, Pipes{});
}

}  // namespace escape_detail

void escape_listed(TextBuffer& out, std::size_t from, std::string_view listed) {
    rewrite(out, from, Listed{listed});
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
