#include "encoders/dnstap_receiver.h"

#include "encoders/event_facts.h"
#include "proto/dns_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

using Out = TextBuffer&;
using In = const Event&;
using Type = ReceiverMember::Type;

void append_port(Out out, std::uint16_t port) {
    if (port != 0) append_decimal(out, port);
}

void append_qname(Out out, In event) {
    out.append(event.qname);
    if (!event.qname.empty() && event.qname != ".") out.push_back('.');
}

void append_datetime(Out out, In event) {
    append_rfc3339(out, event.time, 6);
    out.truncate(out.size() - 1);  // its Z
    out.append("+00:00");
}

constexpr ReceiverMember members[] = {
    {"identity", Type::text, [](Out out, In e) { append_opaque(out, e.identity); }},
    {"qname", Type::text, append_qname},
    {"rrtype", Type::text,  // one of them is NULL
     [](Out out, In e) {
         if (e.has_question) append_type(out, e.qtype);
     }},
    {"query-ip", Type::text, [](Out out, In e) { append_address(out, e.query.address); }},
    {"query-port", Type::number, [](Out out, In e) { append_port(out, e.query.port); }},
    {"response-ip", Type::text, [](Out out, In e) { append_address(out, e.response.address); }},
    {"response-port", Type::number, [](Out out, In e) { append_port(out, e.response.port); }},
    {"latency", Type::number,
     [](Out out, In e) {
         if (const auto nanoseconds = latency(e)) append_fraction(out, *nanoseconds, 9, 6);
     }},
    {"message", Type::word, [](Out out, In e) { append_message_type(out, e); }},
    {"family", Type::word, [](Out out, In e) { out.append(family_name(e)); }},
    {"protocol", Type::word, [](Out out, In e) { out.append(socket_protocol_name(e.protocol)); }},
    {"length", Type::number, [](Out out, In e) { append_decimal(out, e.dns.wire.size()); }},
    {"timestamp", Type::number, [](Out out, In e) { append_unix_time(out, e.time, 6); }},
    {"type", Type::word, [](Out out, In e) { out.append(e.is_response ? "response" : "query"); }},
    {"rcode", Type::word,
     [](Out out, In e) {
         if (has_dns_header(e)) append_rcode(out, e.dns.rcode);
     }},
    {"id", Type::number,
     [](Out out, In e) {
         if (has_dns_header(e)) append_decimal(out, e.dns.id);
     }},
    {"datetime", Type::text, append_datetime},
};

}  // namespace

std::span<const ReceiverMember> dnstap_receiver_members() {
    return members;
}

}  // namespace tapferry
