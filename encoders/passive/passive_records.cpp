#include "encoders/passive/passive_records.h"

#include <algorithm>
#include <array>

#include "encoders/bounds.h"
#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "proto/dns_text.h"
#include "proto/record_types.h"

namespace tapferry {
namespace {

constexpr std::uint8_t opcode_query = 0;

// Servers that never tell of what they asked others: their client responses are all there is.
bool only_tells_of_clients(std::string_view version) {
    constexpr std::string_view names[] = {"dnsdist", "kresd", "Knot Resolver", "CoreDNS"};
    return std::any_of(std::begin(names), std::end(names),
                       [&](std::string_view n) { return version.starts_with(n); });
}

// By the frame alone: what resolvers were told, what authoritative servers say, and client responses when
// nothing better can be had. Answers from a cache would inflate counts and lower TTLs.
bool is_source(const Event& event) {
    switch (event.type) {
        case MessageType::resolver_response:
        case MessageType::forwarder_response:
        case MessageType::auth_response:
            return true;
        case MessageType::client_response:
            return event.dns.aa() || only_tells_of_clients(event.version);
        default:
            return false;
    }
}

// A message that is cut off or does not parse is no proof of anything.
bool is_believable(const Event& event) {
    return event.has_message && event.dns.malformed == nullptr && event.kind != EventKind::malformed &&
           event.dns.qr() && !event.dns.tc() && event.dns.opcode == opcode_query;
}

// Signatures, proofs of absence and pseudo-records, and the range of query and meta types.
bool is_left_out(std::uint16_t type) {
    using namespace dns;
    constexpr std::array types = {type_sig,  type_nxt,   type_opt,       type_rrsig,
                                  type_nsec, type_nsec3, type_nsec3param};
    return (type >= type_tkey && type <= type_any) ||
           std::find(types.begin(), types.end(), type) != types.end();
}

// Those of D4's etc/records-type.json, whose importers end at any other.
bool is_known_to_d4(std::uint16_t type) {
    return (type >= 1 && type <= 63 && type != 54) || (type >= 99 && type <= 109) ||
           (type >= 256 && type <= 259) || type == 32768 || type == 32769;
}

}  // namespace

std::string_view no_source_words(const Event& event, const PassiveSelection& options) {
    if (!event.is_response && !(event.has_message && event.dns.qr())) return "a query";
    if (options.sources == PassiveSelection::Sources::from_frame && !is_source(event)) {
        if (event.type == MessageType::client_response)
            return "a client response without AA, which a cache may have given";
        return "of a message type that is no source";
    }
    if (!is_believable(event)) {
        if (!event.has_message) return "without a DNS message";
        if (event.dns.malformed != nullptr || event.kind == EventKind::malformed)
            return "a message that does not parse";
        if (event.dns.tc()) return "a truncated response";
        return event.dns.qr() ? "of an opcode other than QUERY" : "a query in a frame of a response";
    }
    if (!is_success(event.dns.rcode)) return "a response with an error";
    if (event.dns.answers.empty()) return "a response without answers";
    return {};
}

bool PassiveRecords::start(const Event& event) {
    at_ = end_ = 0;
    has_more_ = false;
    if (options_.sources == PassiveSelection::Sources::from_frame && !is_source(event)) return false;
    if (!is_believable(event)) return false;
    event_ = &event;
    if (is_success(event.dns.rcode)) end_ = std::min(event.dns.answers.size(), max_examined_answers);
    has_more_ = end_ == max_examined_answers && end_ != event.dns.answers.size();
    if (end_ != 0) chain_.start(event);
    return true;
}

const dns::ResourceRecord* PassiveRecords::next() {
    while (at_ < end_) {
        const dns::ResourceRecord& record = event_->dns.answers[at_++];
        if (is_left_out(record.type)) continue;
        render_owner(record);
        // Also asked when everything is kept: the chain goes on behind records that are not told.
        if (!chain_.take(*event_, record, owner_.view()) &&
            options_.bailiwick == PassiveSelection::Bailiwick::drop) {
            ++left_out_;
            continue;
        }
        if (options_.d4 && !is_known_to_d4(record.type)) continue;
        return &record;
    }
    return nullptr;
}

void PassiveRecords::render_owner(const dns::ResourceRecord& record) {
    owner_.clear();
    if (owner_is_qname(*event_, record)) {
        owner_.append(event_->qname);
    } else {
        append_name(owner_, event_->dns.wire, record.owner);
    }
}

}  // namespace tapferry
