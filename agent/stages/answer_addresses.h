// The addresses that a message holds beside those of its endpoints: of A and AAAA answers, and the client
// subnet of EDNS. Used by expressions, match lists and the privacy stage.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

#include "encoders/bounds.h"
#include "proto/event.h"

namespace tapferry {

inline constexpr std::uint16_t type_a = 1;
inline constexpr std::uint16_t type_aaaa = 28;

// As many as the formats show: a stranger's message decides no more.
inline std::span<const dns::ResourceRecord> records_asked(const std::vector<dns::ResourceRecord>& records) {
    return std::span(records).first(std::min(records.size(), max_shown_records));
}
inline std::span<const dns::ResourceRecord> answers_asked(const Event& event) {
    return records_asked(event.dns.answers);
}

// Of an A or AAAA record of the right length.
inline std::optional<IpAddress> address_of(const dns::Message& message, const dns::ResourceRecord& record) {
    const bool is_address = (record.type == type_a && record.rdata_length == 4) ||
                            (record.type == type_aaaa && record.rdata_length == 16);
    if (!is_address) return std::nullopt;
    IpAddress address;
    address.size = static_cast<std::uint8_t>(record.rdata_length);
    std::memcpy(address.bytes.data(), message.wire.data() + record.rdata, record.rdata_length);
    return address;
}

template <typename Holds>
bool any_address(const dns::Message& message, const std::vector<dns::ResourceRecord>& records, Holds holds) {
    for (const dns::ResourceRecord& record : records_asked(records)) {
        const auto address = address_of(message, record);
        if (address && holds(*address)) return true;
    }
    return false;
}

template <typename Holds>
bool any_answer_address(const Event& event, Holds holds) {
    return any_address(event.dns, event.dns.answers, holds);
}

struct ClientSubnet {
    IpAddress address;
    unsigned prefix = 0;
};

inline std::optional<ClientSubnet> client_subnet(const Event& event) {
    const dns::Edns& edns = event.dns.edns;
    if (!edns.has_client_subnet) return std::nullopt;
    ClientSubnet subnet;
    subnet.address.size = edns.client_subnet_family == 1 ? 4 : 16;
    std::memcpy(subnet.address.bytes.data(), edns.client_subnet_address, subnet.address.size);
    subnet.prefix = edns.client_subnet_source_prefix;
    return subnet;
}

}  // namespace tapferry
