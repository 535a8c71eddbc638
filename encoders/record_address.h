// The addresses that a message holds beside those of its endpoints: of A and AAAA records, and of EDNS's
// client subnet.
#pragma once

#include <algorithm>
#include <optional>

#include "proto/event.h"
#include "proto/record_types.h"

namespace tapferry {

inline bool is_a(const dns::ResourceRecord& record) {
    return record.type == dns::type_a && record.rdata_length == 4;
}
inline bool is_aaaa(const dns::ResourceRecord& record) {
    return record.type == dns::type_aaaa && record.rdata_length == 16;
}
inline bool is_address(const dns::ResourceRecord& record) {
    return is_a(record) || is_aaaa(record);
}

// Of an A or AAAA record of the right length.
inline std::optional<IpAddress> address_of(const dns::Message& message, const dns::ResourceRecord& record) {
    if (!is_address(record)) return std::nullopt;
    IpAddress address;
    address.size = static_cast<std::uint8_t>(record.rdata_length);
    std::copy_n(message.wire.begin() + record.rdata, record.rdata_length, address.bytes.begin());
    return address;
}

// Of an option that is there.
inline IpAddress client_subnet_address(const dns::Edns& edns) {
    IpAddress address;
    address.size = edns.client_subnet_family == 1 ? 4 : 16;
    std::copy_n(edns.client_subnet_address, address.size, address.bytes.begin());
    return address;
}

}  // namespace tapferry
