#include "encoders/escape.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace tapferry {
namespace {

constexpr std::size_t longest_escape = 6;  // \u001f

struct Replacement {
    char text[longest_escape];
    std::size_t length;
};

constexpr Replacement backslashed(char c) {
    return {{'\\', c}, 2};
}

constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// \DDD of RFC 1035, section 5.1.
constexpr Replacement decimal(char c) {
    const auto byte = static_cast<unsigned char>(c);
    const auto digit = [](int value) { return static_cast<char>('0' + value % 10); };
    return {{'\\', digit(byte / 100), digit(byte / 10), digit(byte)}, 4};
}

// \u00XX of RFC 8259, section 7.
constexpr Replacement unicode(char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {{'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6};
}

struct Json {
    static constexpr bool special(char c) { return c == '"' || c == '\\' || is_control(c); }
    static constexpr Replacement replace(char c) { return is_control(c) ? unicode(c) : backslashed(c); }
};

struct CefValue {
    static constexpr bool special(char c) { return c == '=' || c == '\\' || c == '\n' || c == '\r'; }
    static constexpr Replacement replace(char c) {
        return backslashed(c == '\n' ? 'n' : c == '\r' ? 'r' : c);
    }
};

struct CefHeader {
    static constexpr bool special(char c) { return c == '|' || c == '\\' || c == '\n' || c == '\r'; }
    static constexpr Replacement replace(char c) {
        return is_control(c) ? Replacement{{' '}, 1} : backslashed(c);
    }
};

struct Pipes {
    static constexpr bool special(char c) { return c == '|'; }
    static constexpr Replacement replace(char c) { return decimal(c); }
};

struct Tabs {
    static constexpr bool special(char c) { return c == '\t' || c == '\n' || c == '\r'; }
    static constexpr Replacement replace(char c) { return decimal(c); }
};

struct SingleQuotes {
    static constexpr bool special(char c) { return c == '\''; }
    static constexpr Replacement replace(char c) { return {{c, c}, 2}; }
};

// How many characters each byte is replaced by; 0: it stays as it is.
using Lengths = std::array<std::uint8_t, 256>;

template <typename Syntax>
constexpr Lengths make_lengths() {
    Lengths lengths{};
    for (unsigned byte = 0; byte < lengths.size(); ++byte) {
        const char c = static_cast<char>(byte);
        lengths[byte] = static_cast<std::uint8_t>(Syntax::special(c) ? Syntax::replace(c).length : 0);
    }
    return lengths;
}

// Replaces in place, from the back, after making room.
template <typename Replace>
void rewrite(TextBuffer& out, std::size_t from, const Lengths& lengths, Replace replace) {
    const auto length_of = [&lengths](char c) -> std::size_t {
        return lengths[static_cast<unsigned char>(c)];
    };
    std::size_t more = 0;
    for (const char c : out.view(from)) more += length_of(c) != 0 ? length_of(c) - 1 : 0;
    (void)out.reserve(more);
    const char* const begin = out.data() + from;
    const char* read = out.data() + out.size();
    out.commit(more);
    char* write = out.data() + out.size();
    while (read != begin) {
        const char c = *--read;
        if (length_of(c) == 0) {
            *--write = c;
            continue;
        }
        const Replacement r = replace(c);
        write -= r.length;
        std::memcpy(write, r.text, r.length);
    }
}

template <typename Syntax>
void rewrite(TextBuffer& out, std::size_t from) {
    static constexpr Lengths lengths = make_lengths<Syntax>();
    rewrite(out, from, lengths, [](char c) { return Syntax::replace(c); });
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

namespace escape_detail {

void rewrite_json(TextBuffer& out, std::size_t from) {
    rewrite<Json>(out, from);
}
void rewrite_cef_value(TextBuffer& out, std::size_t from) {
    rewrite<CefValue>(out, from);
}
void rewrite_cef_header(TextBuffer& out, std::size_t from) {
    rewrite<CefHeader>(out, from);
}
void rewrite_pipes(TextBuffer& out, std::size_t from) {
    rewrite<Pipes>(out, from);
}
void rewrite_tabs(TextBuffer& out, std::size_t from) {
    rewrite<Tabs>(out, from);
}
void rewrite_single_quotes(TextBuffer& out, std::size_t from) {
    rewrite<SingleQuotes>(out, from);
}

}  // namespace escape_detail

void escape_listed(TextBuffer& out, std::size_t from, std::string_view listed) {
    if (out.view(from).find_first_of(listed) == std::string_view::npos) return;
    Lengths lengths{};
    for (const char c : listed) lengths[static_cast<unsigned char>(c)] = 4;
    rewrite(out, from, lengths, decimal);
}

void escape_end_spaces(TextBuffer& out, std::size_t from) {
    constexpr std::string_view space = "\\032";
    if (out.size() > from + 1 && out.view(from).back() == ' ') {
        out.truncate(out.size() - 1);
        out.append(space);
    }
    if (out.size() > from && out.view(from).front() == ' ') {
        const std::size_t behind = out.size() - from - 1;
        (void)out.reserve(space.size() - 1);
        char* const first = out.data() + from;
        std::memmove(first + space.size(), first + 1, behind);
        std::memcpy(first, space.data(), space.size());
        out.commit(space.size() - 1);
    }
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
