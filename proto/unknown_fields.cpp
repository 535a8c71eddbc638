#include "proto/unknown_fields.h"

#include <algorithm>
#include <optional>

namespace tapferry {
namespace {

enum WireType : unsigned { varint = 0, fixed64 = 1, counted = 2, fixed32 = 5 };

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        value |= std::uint64_t{byte & 0x7Fu} << shift;
        if (byte < 0x80) return value;
    }
    return std::nullopt;
}

// False when what follows a tag of `wire_type` cannot be skipped.
bool skip_value(std::string_view& bytes, unsigned wire_type) {
    std::uint64_t size = 0;
    switch (wire_type) {
        case fixed64:
            size = 8;
            break;
        case fixed32:
            size = 4;
            break;
        case counted:
            if (const auto count = take_varint(bytes)) {
                size = *count;
                break;
            }
            return false;
        default:
            return false;
    }
    if (size > bytes.size()) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
    return true;
}

}  // namespace

std::uint64_t find_unknown_varint(std::string_view fields, std::uint64_t field) {
    std::uint64_t found = 0;
    while (const auto tag = take_varint(fields)) {
        if ((*tag & 7) == varint) {
            const auto value = take_varint(fields);
            if (!value) break;
            if (*tag >> 3 == field) found = *value;
        } else if (!skip_value(fields, *tag & 7)) {
            break;
        }
    }
    return found;
}

}  // namespace tapferry
