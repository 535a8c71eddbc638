#include "proto/carried_id.h"

#include <charconv>
#include <cstdint>

#include "proto/dns_text.h"
#include "proto/protobuf_reader.h"

namespace tapferry {
namespace {

constexpr std::size_t half_digits = 16;
constexpr std::size_t id_digits = 2 * half_digits;
constexpr char behind_id = ';';
// What libfstrm's and golang's readers take unless they are told otherwise, and our inputs.
constexpr std::size_t longest_frame = 1 << 20;

constexpr char extra_tag = protobuf::tag_of(3, protobuf::counted);

std::uint64_t number_of(std::string_view digits) {
    std::uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return number;
}

void append_varint(TextBuffer& out, std::size_t number) {
    for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>((number & 0x7F) | 0x80));
    out.push_back(static_cast<char>(number));
}

}  // namespace

std::optional<CarriedId> read_carried_id(std::string_view extra) {
    const std::string_view digits = extra.substr(0, id_digits);
    if (digits.size() != id_digits || digits.find_first_not_of("0123456789abcdef") != digits.npos)
        return std::nullopt;
    extra.remove_prefix(id_digits);
    if (!extra.empty() && extra.front() != behind_id) return std::nullopt;
    CarriedId carried{{number_of(digits.substr(0, half_digits)), number_of(digits.substr(half_digits))},
                      extra.empty() ? extra : extra.substr(1)};
    // The numbers of a log begin with 1.
    if (carried.id.sequence == 0) return std::nullopt;
    return carried;
}

void append_carried_id(TextBuffer& out, std::size_t frame, const EventId& id, std::string_view extra) {
    const std::size_t end = out.size();
    const std::size_t length = id_digits + (extra.empty() ? 0 : 1 + extra.size());
    out.push_back(extra_tag);
    append_varint(out, length);
    append_event_id(out, EventId{id.incarnation, id.sequence});
    if (!extra.empty()) out.append(behind_id, extra);
    const std::string_view as_it_was = out.view(frame).substr(0, end - frame);
    if (out.size() - frame > longest_frame || as_it_was.ends_with(out.view(end))) out.truncate(end);
}

}  // namespace tapferry
