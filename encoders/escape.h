// The escapes of the syntaxes that records are written in. A value is appended to the output as it is, then
// one of these functions makes what was appended safe: usual text holds nothing to escape and is only looked
// over. They take any bytes as hostile, although proto/dns_text.h has already made them printable. Used by
// the encoders.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "proto/byte_vector.h"
#include "proto/characters.h"
#include "proto/text_buffer.h"

namespace tapferry {

namespace escape_detail {

// Those outside 0x20 to 0x7E. With one added, and taken as signed, all of them lie below the others.
template <std::size_t Size>
ByteVector<Size> unprintable(ByteVector<Size> bytes) {
    using Signed [[gnu::vector_size(Size)]] = signed char;
    return ByteVector<Size>(Signed(bytes + 1) < 0x21);
}

// Those, and those of `specials`.
template <std::size_t Size, char... specials>
ByteVector<Size> suspicious(ByteVector<Size> bytes) {
    return unprintable<Size>(bytes) | (ByteVector<Size>(bytes == static_cast<unsigned char>(specials)) | ...);
}

// Whether one is among `Size` bytes or more.
template <std::size_t Size, char... specials>
bool vector_holds(std::string_view text) {
    ByteVector<Size> found{};
    look_over<Size>(text,
                    [&found](ByteVector<Size> bytes) { found |= suspicious<Size, specials...>(bytes); });
    return any_set(found);
}

// The same of one byte, for short texts.
template <char... specials>
inline constexpr auto suspicious_letters = [] {
    std::array<bool, 256> letters{};
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const char c = static_cast<char>(i);
        letters[i] = !is_printable(c) || ((c == specials) || ...);
    }
    return letters;
}();

template <char... specials>
bool holds_suspicious(std::string_view text) {
    if (text.size() > 32) return vector_holds<16, specials...>(text);
    if (text.size() >= 16) {
        return any_set(suspicious<16, specials...>(vector_at<16>(text.data())) |
                       suspicious<16, specials...>(vector_at<16>(text.data() + text.size() - 16)));
    }
    if (text.size() >= 8) return vector_holds<8, specials...>(text);
    bool found = false;
    for (const char c : text) found |= suspicious_letters<specials...>[static_cast<unsigned char>(c)];
    return found;
}

void rewrite_json(TextBuffer&, std::size_t from);
void rewrite_cef_value(TextBuffer&, std::size_t from);
void rewrite_cef_header(TextBuffer&, std::size_t from);
void rewrite_pipes(TextBuffer&, std::size_t from);
void rewrite_tabs(TextBuffer&, std::size_t from);
void rewrite_single_quotes(TextBuffer&, std::size_t from);

}  // namespace escape_detail

// Each makes what `out` holds from `from` on the inside of a value of its syntax.

// RFC 8259, section 7: a string between quotes. DEL is escaped like the other control characters, although
// the RFC does not ask for it.
inline void escape_json(TextBuffer& out, std::size_t from) {
    if (escape_detail::holds_suspicious<'"', '\\'>(out.view(from))) escape_detail::rewrite_json(out, from);
}
// CEF extension value: \\ \= \n \r.
inline void escape_cef_value(TextBuffer& out, std::size_t from) {
    if (escape_detail::holds_suspicious<'=', '\\'>(out.view(from)))
        escape_detail::rewrite_cef_value(out, from);
}
// CEF header field: \\ \|; a line may not break there, so CR and LF become spaces.
inline void escape_cef_header(TextBuffer& out, std::size_t from) {
    if (escape_detail::holds_suspicious<'|', '\\'>(out.view(from)))
        escape_detail::rewrite_cef_header(out, from);
}
// A column of a passivedns line: | as \124.
inline void escape_pipes(TextBuffer& out, std::size_t from) {
    if (escape_detail::holds_suspicious<'|'>(out.view(from))) escape_detail::rewrite_pipes(out, from);
}
// YAML 1.2, section 7.3.2: a scalar between single quotes, in which only the quote itself is doubled.
inline void escape_single_quotes(TextBuffer& out, std::size_t from) {
    if (escape_detail::holds_suspicious<'\''>(out.view(from)))
        escape_detail::rewrite_single_quotes(out, from);
}

// LEEF's value, with TAB as delimiter: TAB, CR and LF as \DDD.
inline void escape_tabs(TextBuffer& out, std::size_t from) {
    if (escape_detail::holds_suspicious<'\t'>(out.view(from))) escape_detail::rewrite_tabs(out, from);
}

// Writes every character that is in `listed` as \DDD.
void escape_listed(TextBuffer& out, std::size_t from, std::string_view listed);

// Writes a space at either end as \032: CEF's receivers do not keep it. Before the escape of the syntax.
void escape_end_spaces(TextBuffer& out, std::size_t from);

// Cuts what `out` holds from `from` on to at most `max` characters, never inside a \DDD. For text of
// dns_text.h that is not yet escaped. Returns whether something was cut.
bool cut_text(TextBuffer& out, std::size_t from, std::size_t max);

}  // namespace tapferry
