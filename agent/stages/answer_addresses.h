// The addresses that a message holds beside those of its endpoints: of A and AAAA answers, and the client
// subnet of EDNS. Used by expressions, match lists and the privacy stage.
#pragma once

#include <algorithm>
#include <optional>
#include <span>

#include "encoders/bounds.h"
#include "encoders/record_address.h"
#include "proto/event.h"

namespace tapferry {

// As many answers as the formats show: a stranger's message decides no more.
inline std::span<const dns::ResourceRecord> answers_asked(const Event& event) {
    const auto& answers = event.dns.answers;
    return std::span(answers).first(std::min(answers.size(), max_shown_records));
}

template <typename Holds>
bool any_answer_address(const Event& event, Holds holds) {
    for (const dns::ResourceRecord& record : answers_asked(event)) {
        const auto address = address_of(event.dns, record);
        if (address && holds(*address)) return true;
    }
    return false;
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
