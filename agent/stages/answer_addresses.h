// What an operator can ask about the addresses within a message: whether any of its A and AAAA records, of as
// many as the formats show, is one that is wanted, and what EDNS's client subnet is. Used by expressions and
// match lists.
#pragma once

#include <algorithm>
#include <optional>
#include <span>

#include "encoders/bounds.h"
#include "encoders/record_address.h"
#include "proto/event.h"

namespace tapferry {

// As many as the formats show: a stranger's message decides no more.
inline std::span<const dns::ResourceRecord> records_asked(const std::vector<dns::ResourceRecord>& records) {
    return std::span(records).first(std::min(records.size(), max_shown_records));
}
inline std::span<const dns::ResourceRecord> answers_asked(const Event& event) {
    return records_asked(event.dns.answers);
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
    return ClientSubnet{client_subnet_address(edns), edns.client_subnet_source_prefix};
}

}  // namespace tapferry
