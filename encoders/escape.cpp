#include "encoders/escape.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace tapferry {
namespace {

// What a byte is replaced by. All of it is written, and the first characters count.
struct Replacement {
    char text[7] = {};  // the longest is \u001f
    std::uint8_t length = 0;
};
using Replacements = std::array<Replacement, 256>;

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

constexpr std::size_t vector_size = 16;
using Bytes = ByteVector<vector_size>;

Bytes are(Bytes bytes, char c) {
    return Bytes(bytes == static_cast<unsigned char>(c));
}

struct Json {
    static Bytes special(Bytes b) { return Bytes(b < 0x20) | are(b, '"') | are(b, '\\') | are(b, 0x7F); }
    static constexpr Replacement replace(char c) { return is_control(c) ? unicode(c) : backslashed(c); }
};

struct CefValue {
    static Bytes special(Bytes b) { return are(b, '=') | are(b, '\\') | are(b, '\n') | are(b, '\r'); }
    static constexpr Replacement replace(char c) {
        return backslashed(c == '\n' ? 'n' : c == '\r' ? 'r' : c);
    }
};

struct CefHeader {
    static Bytes special(Bytes b) { return are(b, '|') | are(b, '\\') | are(b, '\n') | are(b, '\r'); }
    static constexpr Replacement replace(char c) {
        return is_control(c) ? Replacement{{' '}, 1} : backslashed(c);
    }
};

struct Pipes {
    static Bytes special(Bytes b) { return are(b, '|'); }
    static constexpr Replacement replace(char c) { return decimal(c); }
};

struct Tabs {
    static Bytes special(Bytes b) { return are(b, '\t') | are(b, '\n') | are(b, '\r'); }
    static constexpr Replacement replace(char c) { return decimal(c); }
};

struct SingleQuotes {
    static Bytes special(Bytes b) { return are(b, '\''); }
    static constexpr Replacement replace(char c) { return {{c, c}, 2}; }
};

constexpr Replacements make_replacements(Replacement (*replace)(char)) {
    Replacements all{};
    for (unsigned byte = 0; byte < all.size(); ++byte) all[byte] = replace(static_cast<char>(byte));
    return all;
}

constexpr std::size_t longest_of(const Replacements& replacements) {
    std::size_t longest = 1;
    for (const Replacement& one : replacements) longest = std::max<std::size_t>(longest, one.length);
    return longest;
}

// Eight bytes of a mask, a bit for each that is set; the first byte's is the lowest.
std::uint64_t bits_of(const Bytes& mask, std::size_t half) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, reinterpret_cast<const char*>(&mask) + half * sizeof bits, sizeof bits);
    if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
    return bits & 0x0101'0101'0101'0101;
}

// Writes the `count` bytes at `read`, and what replaces those of them that `special` tells. Both may be
// overrun: a vector's length behind `count`, and behind the end that is returned.
template <typename Special>
char* write_replaced(char* write, const char* read, std::size_t count, const Replacements& replacements,
                     Special special) {
    Bytes bytes;
    std::memcpy(&bytes, read, vector_size);
    std::memcpy(write, read, vector_size);
    const Bytes found = special(bytes);
    if (!any_set(found)) return write + count;
    std::size_t done = 0;
    for (std::size_t half = 0; half < 2; ++half) {
        for (std::uint64_t bits = bits_of(found, half); bits != 0; bits &= bits - 1) {
            const auto at = half * 8 + static_cast<std::size_t>(std::countr_zero(bits)) / 8;
            if (at >= count) break;
            const Replacement& replacement = replacements[static_cast<unsigned char>(read[at])];
            write += at - done;
            std::memcpy(write, replacement.text, sizeof replacement.text);
            write += replacement.length;
            done = at + 1;
            std::memcpy(write, read + done, vector_size);
        }
    }
    return write + (count - done);
}

// Writes the text anew from a copy of it, which lies behind all that it may become.
template <typename Special>
void rewrite(TextBuffer& out, std::size_t from, const Replacements& replacements, std::size_t longest,
             Special special) {
    const std::size_t size = out.size() - from;
    const std::size_t most = size * longest + vector_size;
    (void)out.reserve(most + 2 * vector_size);
    char* write = out.data() + from;
    char* const copy = write + most;
    std::memcpy(copy, write, size);
    std::memset(copy + size, 0, 2 * vector_size);
    std::size_t at = 0;
    for (; size - at > vector_size; at += vector_size)
        write = write_replaced(write, copy + at, vector_size, replacements, special);
    write = write_replaced(write, copy + at, size - at, replacements, special);
    out.commit(static_cast<std::size_t>(write - out.data()) - out.size());
}

template <typename Syntax>
void rewrite(TextBuffer& out, std::size_t from) {
    static constexpr Replacements replacements = make_replacements(Syntax::replace);
    static constexpr std::size_t longest = longest_of(replacements);
    rewrite(out, from, replacements, longest, Syntax::special);
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
    static constexpr Replacements replacements = make_replacements(decimal);
    static constexpr std::size_t longest = longest_of(replacements);
    rewrite(out, from, replacements, longest, [listed](Bytes bytes) {
        Bytes found{};
        for (const char c : listed) found |= are(bytes, c);
        return found;
    });
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
