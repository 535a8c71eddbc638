#include "encoders/event_fields.h"

#include <algorithm>

#include "encoders/event_facts.h"
#include "encoders/field_lists.h"
#include "encoders/month_time.h"
#include "encoders/notice_facts.h"
#include "encoders/record_address.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

void append_latency(TextBuffer& out, const Event& event) {
    if (const auto nanoseconds = latency(event)) append_latency_seconds(out, event, *nanoseconds);
}

void append_as_number(TextBuffer& out, const GeoPlace& place) {
    if (place.as_number != 0) append_decimal(out, place.as_number);
}

void append_port(TextBuffer& out, std::uint16_t port) {
    if (port != 0) append_decimal(out, port);
}

void append_time(TextBuffer& out, const Event& event, const std::optional<Timestamp>& time) {
    if (time) append_rfc3339(out, *time, event.time_digits);
}

using Out = TextBuffer&;
using In = const Event&;
using Number = std::optional<double>;
using Type = FieldType;
using Record = dns::ResourceRecord;
using dns::Section;

constexpr bool may_be_any_text = true;

double seconds_of(const Timestamp& time) {
    return static_cast<double>(time.seconds) + time.nanoseconds / 1e9;
}

Number number_if(bool there, double value) {
    return there ? Number(value) : Number();
}

const Record* first_answer(In event) {
    return event.dns.answers.empty() ? nullptr : &event.dns.answers.front();
}

void append_set_flag(Out out, In event, unsigned bit, std::string_view name) {
    if (has_dns_header(event) && (event.dns.flags & bit) != 0) out.append(name);
}

// A count of the header, which nobody has checked.
void append_claimed(Out out, In event, dns::Section section) {
    if (has_dns_header(event)) append_decimal(out, event.dns.claimed[static_cast<std::size_t>(section)]);
}
Number claimed(In event, dns::Section section) {
    return number_if(has_dns_header(event), event.dns.claimed[static_cast<std::size_t>(section)]);
}

// Unix time in units of a second divided by ten to the power `digits`.
void append_unix(Out out, In event, unsigned digits) {
    append_unix_time(out, event.time, digits);
    const std::size_t dot = out.size() - digits - 1;
    std::copy(out.data() + dot + 1, out.data() + out.size(), out.data() + dot);
    out.truncate(out.size() - 1);
}

// In the order of the json format.
constexpr EventField fields[] = {
    {"time", Type::time, [](Out out, In e) { append_time(out, e, e.time); }, false,
     [](In e) { return Number(seconds_of(e.time)); }},
    {"bind_time", Type::text,
     [](Out out, In e) {
         SecondText second;
         append_bind_time(out, second, e.time);
     }},
    {"unix_time", Type::number, [](Out out, In e) { append_unix_time(out, e.time, 6); }, false,
     [](In e) { return Number(seconds_of(e.time)); }},
    {"unix_ms", Type::number, [](Out out, In e) { append_unix(out, e, 3); }, false,
     [](In e) { return Number(seconds_of(e.time) * 1e3); }},
    {"unix_us", Type::number, [](Out out, In e) { append_unix(out, e, 6); }, false,
     [](In e) { return Number(seconds_of(e.time) * 1e6); }},
    {"unix_ns", Type::number, [](Out out, In e) { append_unix(out, e, 9); }, false,
     [](In e) { return Number(seconds_of(e.time) * 1e9); }},
    {"id", Type::text, [](Out out, In e) { append_event_id(out, e.id); }},
    {"type", Type::text, append_message_type},
    {"short_type", Type::text, [](Out out, In e) { out.append(message_type_short(e.type)); }},
    {"identity", Type::text, [](Out out, In e) { append_opaque(out, e.identity); }, may_be_any_text},
    {"version", Type::text, [](Out out, In e) { append_opaque(out, e.version); }, may_be_any_text},
    {"src", Type::address, [](Out out, In e) { append_address(out, e.query.address); }, false, nullptr,
     [](In e) -> const IpAddress& { return e.query.address; }},
    {"src_port", Type::number, [](Out out, In e) { append_port(out, e.query.port); }, false,
     [](In e) { return number_if(e.query.port != 0, e.query.port); }},
    {"arrow", Type::text, [](Out out, In e) { out.append(e.is_response ? "<-" : "->"); }},
    {"dst", Type::address, [](Out out, In e) { append_address(out, e.response.address); }, false, nullptr,
     [](In e) -> const IpAddress& { return e.response.address; }},
    {"dst_port", Type::number, [](Out out, In e) { append_port(out, e.response.port); }, false,
     [](In e) { return number_if(e.response.port != 0, e.response.port); }},
    {"family", Type::text, [](Out out, In e) { out.append(family_name(e)); }},
    {"protocol", Type::text, [](Out out, In e) { out.append(socket_protocol_name(e.protocol)); }},
    {"http_protocol", Type::text, [](Out out, In e) { out.append(http_protocol_name(e.http_protocol)); }},
    {"dns_id", Type::number,
     [](Out out, In e) {
         if (has_dns_header(e)) append_decimal(out, e.dns.id);
     },
     false, [](In e) { return number_if(has_dns_header(e), e.dns.id); }},
    {"opcode", Type::text,
     [](Out out, In e) {
         if (has_dns_header(e)) append_opcode(out, e.dns.opcode);
     }},
    {"flags", Type::list, append_flags, false, nullptr, nullptr, append_flag},
    {"qr", Type::text, [](Out out, In e) { append_set_flag(out, e, 0x8000, "QR"); }},
    {"aa", Type::text, [](Out out, In e) { append_set_flag(out, e, 0x0400, "AA"); }},
    {"tc", Type::text, [](Out out, In e) { append_set_flag(out, e, 0x0200, "TC"); }},
    {"rd", Type::text, [](Out out, In e) { append_set_flag(out, e, 0x0100, "RD"); }},
    {"ra", Type::text, [](Out out, In e) { append_set_flag(out, e, 0x0080, "RA"); }},
    {"ad", Type::text, [](Out out, In e) { append_set_flag(out, e, 0x0020, "AD"); }},
    {"cd", Type::text, [](Out out, In e) { append_set_flag(out, e, 0x0010, "CD"); }},
    {"qdcount", Type::number, [](Out out, In e) { append_claimed(out, e, Section::question); }, false,
     [](In e) { return claimed(e, Section::question); }},
    {"ancount", Type::number, [](Out out, In e) { append_claimed(out, e, Section::answer); }, false,
     [](In e) { return claimed(e, Section::answer); }},
    {"nscount", Type::number, [](Out out, In e) { append_claimed(out, e, Section::authority); }, false,
     [](In e) { return claimed(e, Section::authority); }},
    {"arcount", Type::number, [](Out out, In e) { append_claimed(out, e, Section::additional); }, false,
     [](In e) { return claimed(e, Section::additional); }},
    {"qname", Type::text, [](Out out, In e) { out.append(e.qname); }},
    {"qtype", Type::text,
     [](Out out, In e) {
         if (e.has_question) append_type(out, e.qtype);
     }},
    {"qclass", Type::text,
     [](Out out, In e) {
         if (e.has_question) append_class(out, e.qclass);
     }},
    {"rcode", Type::text,
     [](Out out, In e) {
         if (has_rcode(e)) append_rcode(out, e.dns.rcode);
     }},
    {"answers", Type::list, append_joined<append_one_answer>, may_be_any_text, nullptr, nullptr, append_one_answer},
    {"answer_count", Type::number,
     [](Out out, In e) {
         if (has_rcode(e)) append_decimal(out, e.dns.answers.size());
     },
     false, [](In e) { return number_if(has_rcode(e), static_cast<double>(e.dns.answers.size())); }},
    {"answer_types", Type::list, append_joined<append_one_answer_type>, false, nullptr, nullptr,
     append_one_answer_type},
    {"answer_ips", Type::list, append_joined<append_one_answer_address>, false, nullptr, nullptr,
     append_one_answer_address},
    {"answer_ip", Type::text, [](Out out, In e) { append_wanted_answer(out, e, is_address, 0); }},
    {"answer_a", Type::text, [](Out out, In e) { append_wanted_answer(out, e, is_a, 0); }},
    {"answer_aaaa", Type::text, [](Out out, In e) { append_wanted_answer(out, e, is_aaaa, 0); }},
    {"answer_name", Type::text,
     [](Out out, In e) {
         if (const auto* first = first_answer(e)) append_name(out, e.dns.wire, first->owner);
     }},
    {"answer_type", Type::text,
     [](Out out, In e) {
         if (const auto* first = first_answer(e)) append_type(out, first->type);
     }},
    {"answer_ttl", Type::number,
     [](Out out, In e) {
         if (const auto* first = first_answer(e)) append_decimal(out, first->ttl);
     },
     false, [](In e) { return first_answer(e) ? Number(first_answer(e)->ttl) : Number(); }},
    {"answer_data", Type::text, [](Out out, In e) { append_one_answer(out, e, 0); }, may_be_any_text},
    {"authority", Type::list, append_joined<append_one_authority>, may_be_any_text, nullptr, nullptr,
     append_one_authority},
    {"additional", Type::list, append_joined<append_one_additional>, may_be_any_text, nullptr, nullptr,
     append_one_additional},
    {"edns_version", Type::number,
     [](Out out, In e) {
         if (e.dns.has_edns) append_decimal(out, e.dns.edns.version);
     },
     false, [](In e) { return number_if(e.dns.has_edns, e.dns.edns.version); }},
    {"udp_size", Type::number,
     [](Out out, In e) {
         if (e.dns.has_edns) append_decimal(out, e.dns.edns.udp_size);
     },
     false, [](In e) { return number_if(e.dns.has_edns, e.dns.edns.udp_size); }},
    {"do", Type::text,
     [](Out out, In e) {
         if (e.dns.has_edns && e.dns.edns.dnssec_ok) out.append("DO");
     }},
    {"nsid", Type::text, [](Out out, In e) { append_opaque(out, e.dns.edns.nsid); }, may_be_any_text},
    {"cookie_length", Type::number,
     [](Out out, In e) {
         if (e.dns.edns.has_cookie) append_decimal(out, e.dns.edns.cookie_length);
     },
     false, [](In e) { return number_if(e.dns.edns.has_cookie, e.dns.edns.cookie_length); }},
    {"padding_length", Type::number,
     [](Out out, In e) {
         if (e.dns.edns.has_padding) append_decimal(out, e.dns.edns.padding_length);
     },
     false, [](In e) { return number_if(e.dns.edns.has_padding, e.dns.edns.padding_length); }},
    {"ede", Type::list, append_joined<append_one_extended_error>, may_be_any_text, nullptr, nullptr,
     append_one_extended_error},
    {"client_subnet", Type::text,
     [](Out out, In e) {
         if (e.dns.edns.has_client_subnet) append_client_subnet(out, e.dns.edns);
     }},
    {"bytes", Type::number,
     [](Out out, In e) {
         if (e.has_message) append_decimal(out, e.dns.wire.size());
     },
     false, [](In e) { return number_if(e.has_message, static_cast<double>(e.dns.wire.size())); }},
    {"query_time", Type::time, [](Out out, In e) { append_time(out, e, e.query_time); }, false,
     [](In e) { return e.query_time ? Number(seconds_of(*e.query_time)) : Number(); }},
    {"response_time", Type::time, [](Out out, In e) { append_time(out, e, e.response_time); }, false,
     [](In e) { return e.response_time ? Number(seconds_of(*e.response_time)) : Number(); }},
    {"latency", Type::number, append_latency, false,
     [](In e) {
         const auto nanoseconds = latency(e);
         return nanoseconds ? Number(static_cast<double>(*nanoseconds) / 1e9) : Number();
     }},
    {"latency_ms", Type::number,
     [](Out out, In e) {
         if (const auto nanoseconds = latency(e)) append_latency_ms(out, e, *nanoseconds);
     },
     false,
     [](In e) {
         const auto nanoseconds = latency(e);
         return nanoseconds ? Number(static_cast<double>(*nanoseconds) / 1e6) : Number();
     }},
    {"registered_domain", Type::text, [](Out out, In e) { out.append(e.registered_domain); }},
    {"src_country", Type::text, [](Out out, In e) { append_opaque(out, e.query_place.country); },
     may_be_any_text},
    {"src_city", Type::text, [](Out out, In e) { append_opaque(out, e.query_place.city); }, may_be_any_text},
    {"src_asn", Type::number, [](Out out, In e) { append_as_number(out, e.query_place); }, false,
     [](In e) { return number_if(e.query_place.as_number != 0, e.query_place.as_number); }},
    {"src_as_org", Type::text, [](Out out, In e) { append_opaque(out, e.query_place.as_organization); },
     may_be_any_text},
    {"dst_country", Type::text, [](Out out, In e) { append_opaque(out, e.response_place.country); },
     may_be_any_text},
    {"dst_city", Type::text, [](Out out, In e) { append_opaque(out, e.response_place.city); },
     may_be_any_text},
    {"dst_asn", Type::number, [](Out out, In e) { append_as_number(out, e.response_place); }, false,
     [](In e) { return number_if(e.response_place.as_number != 0, e.response_place.as_number); }},
    {"dst_as_org", Type::text, [](Out out, In e) { append_opaque(out, e.response_place.as_organization); },
     may_be_any_text},
    {"public_suffix", Type::text, [](Out out, In e) { out.append(e.public_suffix); }},
    {"zone", Type::text,
     [](Out out, In e) {
         if (!e.query_zone.empty()) append_name(out, e.query_zone, 0);
     }},
    {"policy_type", Type::text, [](Out out, In e) { append_opaque(out, e.policy.type); }, may_be_any_text},
    {"policy_rule", Type::text, [](Out out, In e) { append_policy_rule(out, e.policy.rule); }, may_be_any_text},
    {"policy_action", Type::text, [](Out out, In e) { out.append(policy_action_name(e.policy.action)); }},
    {"policy_match", Type::text, [](Out out, In e) { out.append(policy_match_name(e.policy.match)); }},
    {"policy_value", Type::text, [](Out out, In e) { append_opaque(out, e.policy.value); }, may_be_any_text},
    {"extra", Type::text, [](Out out, In e) { append_opaque(out, e.extra); }, may_be_any_text},
    {"kind", Type::text, [](Out out, In e) { out.append(event_kind_name(e.kind)); }},
    {"notice", Type::text, [](Out out, In e) { append_notice_message(out, e); }, may_be_any_text},
    {"malformed", Type::text,
     [](Out out, In e) {
         if (e.dns.malformed != nullptr) out.append(e.dns.malformed);
     },
     may_be_any_text},
    {"time_source", Type::text,
     [](Out out, In e) {
         if (e.time_source == TimeSource::agent) out.append("agent");
     }},
    {"sample_rate", Type::number,
     [](Out out, In e) {
         if (e.sample_rate < 1) append_rate(out, e.sample_rate);
     },
     false, [](In e) { return number_if(e.sample_rate < 1, e.sample_rate); }},
    {"input", Type::text, [](Out out, In e) { append_opaque(out, e.input); }, may_be_any_text},
    {"labels", Type::list, append_joined<append_one_label>, may_be_any_text, nullptr, nullptr, append_one_label},
};

}  // namespace

std::span<const EventField> event_fields() {
    return fields;
}

const EventField* find_event_field(std::string_view name) {
    const auto* found = std::find_if(std::begin(fields), std::end(fields),
                                     [&](const EventField& f) { return f.name == name; });
    return found == std::end(fields) ? nullptr : found;
}

}  // namespace tapferry
