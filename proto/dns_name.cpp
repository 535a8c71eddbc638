#include "proto/dns_name.h"

#include "proto/escape.h"

namespace tapferry {
namespace {

// Four characters for each octet of the longest name, dots included.
constexpr std::size_t name_room = 4 * dns::max_name_size;

}  // namespace

dns::NameExtent append_measured_name(TextBuffer& text, dns::Wire wire, std::size_t offset, NameEnd name_end) {
    char* const begin = text.reserve(name_room);
    char* out = begin;
    const auto extent = dns::walk_name(wire, offset, [&out](const std::uint8_t* label, std::size_t count) {
        out = escape_bytes(out, label, count, name_alphabet);
        *out++ = '.';
    });
    if (extent.error != nullptr) return extent;
    const bool is_root = out == begin;
    if (is_root) *out++ = '.';
    if (!is_root && name_end == NameEnd::plain) --out;
    text.commit(static_cast<std::size_t>(out - begin));
    return extent;
}

bool append_name(TextBuffer& text, dns::Wire wire, std::size_t offset, NameEnd name_end) {
    return append_measured_name(text, wire, offset, name_end).error == nullptr;
}

}  // namespace tapferry
