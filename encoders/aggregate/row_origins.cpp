#include "encoders/aggregate/row_origins.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "proto/dns_text.h"

namespace tapferry {
namespace {

constexpr std::size_t bytes_of_type = 2;

}  // namespace

std::uint32_t RowOrigins::number_of(const Event& event) {
    // No envelope shows more of an identity.
    std::array<char, bytes_of_type + max_opaque_text> key{};
    key[0] = static_cast<char>(event.type);
    key[1] = event.is_response ? '\1' : '\0';
    const std::string_view identity = event.identity.substr(0, max_opaque_text);
    if (!identity.empty()) std::memcpy(key.data() + bytes_of_type, identity.data(), identity.size());
    return keys_.find_or_add({key.data(), bytes_of_type + identity.size()}).number;
}

void RowOrigins::restore(std::uint32_t number, Event& row) const {
    const std::string_view key = keys_.key(number);
    row.type = static_cast<MessageType>(key[0]);
    row.is_response = key[1] != '\0';
    row.identity = key.substr(bytes_of_type);
}

}  // namespace tapferry
