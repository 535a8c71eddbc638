#include "encoders/passive/answer_chain.h"

#include <algorithm>

#include "proto/dns_text.h"
#include "proto/record_types.h"

namespace tapferry {
namespace {

constexpr std::size_t longest_chain = 16;  // resolvers give up at this length too

bool is_at_or_below(std::string_view name, std::string_view zone) {
    if (zone == "." || name == zone) return true;
    return name.size() > zone.size() && name.ends_with(zone) && name[name.size() - zone.size() - 1] == '.';
}

}  // namespace

void AnswerChain::start(const Event& event) {
    names_.clear();
    chain_.clear();
    by_zone_ = (event.has_question && dns::is_transfer(event.qtype)) || !event.query_zone.empty();
    if (!event.query_zone.empty()) {
        append_name(names_, event.query_zone, 0);
    } else if (event.has_question) {
        names_.append(event.qname);
    }
    if (!names_.empty()) end_name(0);
}

bool AnswerChain::take(const Event& event, const dns::ResourceRecord& record, std::string_view owner) {
    if (chain_.empty()) return false;
    if (by_zone_) return is_at_or_below(owner, name(chain_.front()));
    if (!is_owner(record, owner)) return false;
    if (record.type == dns::type_cname && chain_.size() < longest_chain) {
        const std::size_t begin = names_.size();
        append_rdata(names_, event.dns.wire, record);
        end_name(begin);
    }
    return true;
}

// A DNAME stands above the name that it redirects; the CNAME made from it follows.
bool AnswerChain::is_owner(const dns::ResourceRecord& record, std::string_view owner) const {
    return std::any_of(chain_.begin(), chain_.end(), [&](Stretch stretch) {
        return record.type == dns::type_dname ? is_at_or_below(name(stretch), owner) : name(stretch) == owner;
    });
}

}  // namespace tapferry
