#include "proto/dns_name.h"

#include "proto/byte_vector.h"
#include "proto/escape.h"

namespace tapferry {
namespace {

// Four characters for each octet of the longest name, dots included.
constexpr std::size_t name_room = 4 * dns::max_name_size;

constexpr std::size_t vector_size = 16;
using Octets = ByteVector<vector_size>;

constexpr unsigned usual_jumps = 4;

// Which are from `first` to `last`, neither of them above 0x7F.
Octets between(Octets octets, char first, char last) {
    using Signed [[gnu::vector_size(vector_size)]] = signed char;
    return Octets(Signed(octets + static_cast<unsigned char>(127 - last)) >
                  static_cast<signed char>(126 - (last - first)));
}

// Copies a name's labels as they stand, with a dot behind each, and says in `extent` where it ends. Null: the
// name goes another way than nearly all do, sound or not. What is written may run on behind its end.
char* copy_labels(char* const begin, dns::Wire wire, std::size_t offset, unsigned& labels,
                  std::uint32_t& end) {
    char* out = begin;
    std::size_t at = offset;
    std::size_t piece = offset;  // as in walk_name()
    unsigned jumps = 0;
    end = 0;
    while (at < wire.size()) {
        const std::size_t octet = wire[at];
        if (octet == 0) {
            if (end == 0) end = static_cast<std::uint32_t>(at + 1);
            return out;
        }
        if (octet < 0x40) [[likely]] {
            const std::size_t behind = wire.size() - at - 1;
            if (behind < octet) return nullptr;
            const bool is_short = octet <= vector_size && behind >= vector_size;
            if (is_short) [[likely]]
                std::memcpy(out, wire.data() + at + 1, vector_size);
            else
                std::memcpy(out, wire.data() + at + 1, octet);
            out[octet] = '.';
            out += octet + 1;
            at += octet + 1;
            ++labels;
            if (out - begin >= static_cast<std::ptrdiff_t>(dns::max_name_size)) return nullptr;
        } else if (octet >= 0xC0 && wire.size() - at >= 2) {
            if (end == 0) end = static_cast<std::uint32_t>(at + 2);
            at = (octet & 0x3F) << 8 | wire[at + 1];
            if (at < dns::header_size || at >= piece || ++jumps > usual_jumps) return nullptr;
            piece = at;
        } else {
            return nullptr;
        }
    }
    return nullptr;
}

// Makes such labels lower case. False, with the text spoilt, when there is anything in them that may have to
// be written in another way: a dot, or what few names hold.
bool make_plain(char* const begin, char* const end, unsigned labels) {
    std::memset(end, 'a', vector_size);
    Octets plain = Octets{} == Octets{};
    Octets dots{};
    for (char* at = begin; at < end; at += vector_size) {
        auto octets = vector_at<vector_size>(at);
        octets |= between(octets, 'A', 'Z') & 0x20;
        plain &= between(octets, 'a', 'z') | between(octets, '-', ':') | Octets(octets == '_');
        dots -= Octets(octets == '.');
        std::memcpy(at, &octets, vector_size);
    }
    return !any_set(~plain) && sum_of(dots) == labels;
}

}  // namespace

dns::NameExtent append_measured_name(TextBuffer& text, dns::Wire wire, std::size_t offset, NameEnd name_end) {
    char* const begin = text.reserve(name_room);
    dns::NameExtent extent;
    unsigned labels = 0;
    char* out = copy_labels(begin, wire, offset, labels, extent.end);
    if (out == nullptr || !make_plain(begin, out, labels)) [[unlikely]] {
        out = begin;
        extent = dns::walk_name(wire, offset, [&out](const std::uint8_t* label, std::size_t count) {
            out = escape_bytes(out, label, count, name_alphabet);
            *out++ = '.';
        });
        if (extent.error != nullptr) return extent;
    }
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
