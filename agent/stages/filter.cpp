#include "agent/stages/filter.h"

#include <algorithm>

#include "encoders/event_facts.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

using Family = FilterLists::Family;

bool is_of(Family family, const Event& event) {
    return ip_version(event) == (family == Family::inet6 ? 6 : 4);
}

bool holds(const std::vector<std::uint16_t>& numbers, std::uint16_t number) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

// Asks `decide` about each list that is given, whether the event is on it; stops at the first false.
template <typename Decide>
bool each_list(const FilterLists& lists, const Event& event, Decide decide) {
    if (!lists.qtypes.empty() && !decide(event.has_question && holds(lists.qtypes, event.qtype)))
        return false;
    if (!lists.rcodes.empty() && !decide(has_rcode(event) && holds(lists.rcodes, event.dns.rcode)))
        return false;
    if (lists.family != Family::any && !decide(is_of(lists.family, event))) return false;
    if (lists.clients && !decide(lists.clients->contains(event.query.address))) return false;
    if (lists.qname_suffix && !decide(lists.qname_suffix->contains(event.qname))) return false;
    return !lists.qname_regex || decide(!event.qname.empty() && lists.qname_regex->is_in(event.qname));
}

}  // namespace

bool FilterLists::any() const {
    return family != Family::any || qname_suffix || qname_regex || identity_regex || !rcodes.empty() ||
           !qtypes.empty() || clients;
}

Filter::Filter(FilterLists wanted, FilterLists unwanted)
    : wanted_(std::move(wanted)), unwanted_(std::move(unwanted)) {}

bool Filter::wants(const Event& event) {
    return each_list(wanted_, event, [](bool is_on_it) { return is_on_it; }) &&
           each_list(unwanted_, event, [](bool is_on_it) { return !is_on_it; }) && wants_identity(event);
}

bool Filter::wants_identity(const Event& event) {
    if (!wanted_.identity_regex && !unwanted_.identity_regex) return true;
    if (identity_.is_known && identity_.bytes == event.identity) return identity_.wanted;
    TextBuffer text;
    append_opaque(text, event.identity);
    identity_.bytes.assign(event.identity);
    identity_.is_known = true;
    identity_.wanted = (!wanted_.identity_regex || wanted_.identity_regex->is_in(text.view())) &&
                       (!unwanted_.identity_regex || !unwanted_.identity_regex->is_in(text.view()));
    return identity_.wanted;
}

}  // namespace tapferry
