// Facts of an event, by the names of the json format ("qname", "answers[].data"), and where each comes from:
// a field of dnstap.proto, octets of the DNS message, the agent. Used by `tapferry explain`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/event.h"

namespace tapferry {

struct FactSource {
    std::string from;       // "14.4 message.query_address", "DNS answer 2, octets 61 to 64"
    std::size_t limit = 0;  // characters of the value before escaping; 0: as long as it may be
    std::string cut;        // what was cut of it in this event and why; empty: nothing
};

// `index`: of a list, counted from 0. None: there is no such fact.
std::optional<FactSource> source_of(const Event& event, std::string_view fact, std::size_t index);

// Every fact that this event has, without indexes: to tell which of them a format leaves out.
std::vector<std::string_view> facts_of(const Event& event);

}  // namespace tapferry
