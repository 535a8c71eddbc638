// The escapes of the syntaxes that records are written in. A value is appended to the output as it is, then
// one of these functions makes what was appended safe: usual text holds nothing to escape and is only looked
// over. They take any bytes as hostile, although proto/dns_text.h has already made them printable. Used by
// the encoders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "proto/text_buffer.h"

namespace tapferry {

namespace escape_detail {

inline constexpr std::uint64_t ones = 0x0101010101010101U;
inline constexpr std::uint64_t high_bits = 0x8080808080808080U;

// Not zero when one of the eight bytes is below 0x20 or one of `specials`.
template <char... specials>
constexpr std::uint64_t suspicious(std::uint64_t word) {
    const auto zero_bytes = [](std::uint64_t w) { return (w - ones) & ~w; };
    return (((word - ones * 0x20) & ~word) | ... |
            zero_bytes(word ^ ones * static_cast<unsigned char>(specials))) &
           high_bits;
}

template <char... specials>
bool holds_suspicious(std::string_view text) {
    const auto word_at = [&](std::size_t at) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        return word;
    };
    if (text.size() < 8) {
        for (const char c : text) {
            if (static_cast<unsigned char>(c) < 0x20 || ((c == specials) || ...)) return true;
        }
        return false;
    }
    std::uint64_t found = suspicious<specials...>(word_at(text.size() - 8));
    for (std::size_t at = 0; at + 8 < text.size(); at += 8) found |= suspicious<specials...>(word_at(at));
    return found != 0;
}

void rewrite_json(TextBuffer&, std::size_t from);
void rewrite_cef_value(TextBuffer&, std::size_t from);
void rewrite_cef_header(TextBuffer&, std::size_t from);
void rewrite_sd_param(TextBuffer&, std::size_t from);
void rewrite_pipes(TextBuffer&, std::size_t from);

}  // namespace escape_detail

// Each makes what `out` holds from `from` on the inside of a value of its syntax.

// RFC 8259, section 7: a string between quotes.
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
// RFC 5424, section 6.3.3: \" \\ \].
inline void escape_sd_param(TextBuffer& out, std::size_t from) {
    if (escape_detail::holds_suspicious<'"', '\\', ']'>(out.view(from)))
        escape_detail::rewrite_sd_param(out, from);
}
// A column of a passivedns line: | as \124.
inline void escape_pipes(TextBuffer& out, std::size_t from) {
    if (escape_detail::holds_suspicious<'|'>(out.view(from))) escape_detail::rewrite_pipes(out, from);
}

// Writes every character that is in `listed` as \DDD.
void escape_listed(TextBuffer& out, std::size_t from, std::string_view listed);

// Cuts what `out` holds from `from` on to at most `max` characters, never inside a \DDD. For text of
// dns_text.h that is not yet escaped. Returns whether something was cut.
bool cut_text(TextBuffer& out, std::size_t from, std::size_t max);

}  // namespace tapferry
