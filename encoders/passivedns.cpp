#include "encoders/passivedns.h"

#include <algorithm>
#include <array>
#include <span>

#include "encoders/bounds.h"
#include "encoders/escape.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

constexpr std::string_view separator = "||";
constexpr unsigned time_digits = 6;

constexpr std::uint16_t noerror = 0;
constexpr std::uint16_t nxdomain = 3;
constexpr std::uint8_t opcode_query = 0;

// Bounds the work for an answer full of records that do not belong.
constexpr std::size_t max_examined_records = 1024;

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

// Signatures, proofs of absence, and pseudo-records: SIG, NXT, OPT, RRSIG, NSEC, NSEC3, NSEC3PARAM, and the
// range of query and meta types from TKEY (249) to ANY (255).
bool is_left_out(std::uint16_t type) {
    constexpr std::array<std::uint16_t, 7> types = {24, 30, 41, 46, 47, 50, 51};
    return (type >= 249 && type <= 255) || std::find(types.begin(), types.end(), type) != types.end();
}

// Readers want an address in both columns: the unknown one is written as the wildcard of the other's family,
// which is also what resolvers put into the frame.
void append_column_address(TextBuffer& out, const IpAddress& address, const IpAddress& other) {
    if (address.present()) {
        append_address(out, address);
    } else {
        out.append(other.is_v6() ? std::string_view("::") : std::string_view("0.0.0.0"));
    }
}

void append_name_with_dot(TextBuffer& out, std::string_view name) {
    out.append(name);
    if (name != ".") out.push_back('.');
}

}  // namespace

void PassivednsEncoder::encode(const Event& event, RecordBuffer& records) {
    if (!is_source(event) || !is_believable(event)) return;
    const std::uint16_t rcode = event.dns.rcode;
    if (rcode == noerror || rcode == nxdomain) append_answers(event, records);
    if (rcode != noerror && options_.errors && event.has_question) append_error(event, records);
}

void PassivednsEncoder::append_answers(const Event& event, RecordBuffer& records) {
    chain_.start(event);
    const std::size_t before = records.bytes();
    const std::size_t examined = std::min(event.dns.answers.size(), max_examined_records);
    for (const dns::ResourceRecord& record : std::span(event.dns.answers).first(examined)) {
        if (is_left_out(record.type)) continue;
        owner_.clear();
        append_name(owner_, event.dns.wire, record.owner);
        if (!chain_.take(event, record, owner_.view())) continue;
        TextBuffer& out = records.open(event);
        append_head(event, out);
        append_class(out, record.rclass);
        out.append(separator);
        append_name_with_dot(out, owner_.view());
        out.append(separator);
        append_type(out, record.type);
        out.append(separator);
        const std::size_t from = out.size();
        append_rdata(out, event.dns.wire, record, NameEnd::trailing_dot, max_rdata_text);
        escape_pipes(out, from);
        out.append(separator);
        append_decimal(out, record.ttl);
        out.append("||1");
        if (out.size() - before > max_event_bytes) {
            records.abandon();
            return;
        }
        records.close(event);
    }
}

void PassivednsEncoder::append_error(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    append_head(event, out);
    append_class(out, event.qclass);
    out.append(separator);
    append_name_with_dot(out, event.qname);
    out.append(separator);
    append_type(out, event.qtype);
    out.append(separator);
    append_rcode(out, event.dns.rcode);
    out.append("||0||1");
    records.close(event);
}

void PassivednsEncoder::append_head(const Event& event, TextBuffer& out) const {
    append_unix_time(out, event.time, time_digits);
    out.append(separator);
    if (options_.client == PassivednsOptions::Client::keep) {
        append_column_address(out, event.query.address, event.response.address);
    } else {
        out.push_back('-');
    }
    out.append(separator);
    append_column_address(out, event.response.address, event.query.address);
    out.append(separator);
}

}  // namespace tapferry
