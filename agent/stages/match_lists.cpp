#include "agent/stages/match_lists.h"

#include <algorithm>

#include "agent/stages/answer_addresses.h"
#include "proto/dns_text.h"
#include "proto/record_types.h"

namespace tapferry {

namespace {

using Use = MatchListOptions::Use;

}  // namespace

MatchLists::MatchLists(std::vector<MatchListOptions> lists) : lists_(std::move(lists)) {
    std::size_t longest = 0;
    for (const MatchListOptions& list : lists_) longest += list.name.size() + 1;
    names_.reserve(longest);
    has_only_ = std::any_of(lists_.begin(), lists_.end(),
                            [](const MatchListOptions& list) { return list.use == Use::only; });
}

bool MatchLists::pass(const Event& event) {
    names_.clear();
    bool kept = !has_only_;
    for (const MatchListOptions& list : lists_) {
        if (!holds(list, event)) continue;
        if (list.use == Use::drop) return false;
        if (list.use == Use::only) kept = true;
        if (!names_.empty()) names_ += ',';
        names_ += list.name;
    }
    return kept;
}

bool MatchLists::holds(const MatchListOptions& list, const Event& event) {
    if (list.domains)
        return (list.in_qname && list.domains->contains(event.qname)) ||
               (list.in_answers && holds_answer(*list.domains, event));
    const NetworkSet& networks = *list.networks;
    if (list.in_src && networks.contains(event.query.address)) return true;
    if (list.in_dst && networks.contains(event.response.address)) return true;
    const auto inside = [&](const IpAddress& address) { return networks.contains(address); };
    if (list.in_answers && any_answer_address(event, inside)) return true;
    const auto subnet = list.in_client_subnet ? client_subnet(event) : std::nullopt;
    return subnet && networks.contains(subnet->address, subnet->prefix);
}

bool MatchLists::holds_answer(const DomainSet& domains, const Event& event) {
    for (const dns::ResourceRecord& record : answers_asked(event)) {
        if (!dns::name_offset_in(record.type)) continue;
        text_.clear();
        append_rdata(text_, event.dns.wire, record);
        const std::string_view text = text_.view();
        if (domains.contains(text.substr(text.rfind(' ') + 1))) return true;
    }
    return false;
}

}  // namespace tapferry
