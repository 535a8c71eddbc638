// RDATA that is a set, written as a list: of types (RFC 4034, and RFC 2065 before it) and of ports (RFC
// 1035).
#include "proto/rdata_fields.h"
#include "proto/text_pieces.h"
#include "proto/wire_bytes.h"

namespace tapferry {
namespace {

constexpr std::size_t most_octets_of_a_window = 32;

bool holds(dns::Wire bitmap, std::size_t bit) {
    return (bitmap[bit / 8] & 0x80 >> bit % 8) != 0;
}

// Blocks of a window's number, the count of its octets and these, in the order of their numbers.
bool is_type_bitmap(dns::Wire windows) {
    unsigned lowest_window = 0;
    while (!windows.empty()) {
        if (windows.size() < 3) return false;
        const unsigned window = windows[0];
        const std::size_t octets = windows[1];
        if (window < lowest_window || octets == 0 || octets > most_octets_of_a_window) return false;
        if (windows.size() - 2 < octets) return false;
        windows = windows.subspan(2 + octets);
        lowest_window = window + 1;
    }
    return true;
}

// Up to `enough` characters of the whole text; one window alone can have 2,560.
void append_window(TextBuffer& text, unsigned window, dns::Wire bitmap, std::size_t enough, bool& is_first) {
    for (unsigned bit = 0; bit < bitmap.size() * 8 && text.size() <= enough; ++bit) {
        if (!holds(bitmap, bit)) continue;
        if (!is_first) text.push_back(' ');
        is_first = false;
        text.append(TypeName{static_cast<std::uint16_t>(window << 8 | bit)});
    }
}

}  // namespace

bool append_type_bitmap(TextBuffer& text, RdataCursor& cursor) {
    if (!is_type_bitmap(cursor.rest())) return false;
    for (bool is_first = true; !cursor.done(text);) {
        const dns::Wire head = cursor.take(2);
        append_window(text, head[0], cursor.take(head[1]), cursor.enough, is_first);
    }
    return true;
}

// Bit 0 would say that the bitmap is of another kind.
bool append_old_type_bitmap(TextBuffer& text, RdataCursor& cursor) {
    constexpr std::size_t most_octets = 16;
    const dns::Wire bitmap = cursor.take(cursor.left());
    if (bitmap.empty() || bitmap.size() > most_octets || holds(bitmap, 0)) return false;
    bool is_first = true;
    append_window(text, 0, bitmap, cursor.enough, is_first);
    return true;
}

bool append_ports(TextBuffer& text, RdataCursor& cursor) {
    constexpr std::size_t most_octets = 65'536 / 8;
    const dns::Wire bitmap = cursor.take(cursor.left());
    if (bitmap.size() > most_octets) return false;
    const std::size_t begin = text.size();
    for (std::size_t port = 0; port < bitmap.size() * 8 && text.size() <= cursor.enough; ++port) {
        if (!holds(bitmap, port)) continue;
        if (text.size() != begin) text.push_back(' ');
        append_decimal(text, port);
    }
    return true;
}

}  // namespace tapferry
