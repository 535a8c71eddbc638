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

// The rows of each type, with what a field of that type can be asked for.
using Append = void (*)(Out, In);
using NumberOf = Number (*)(In);
using AddressOf = const IpAddress& (*)(In);
using Element = bool (*)(Out, In, std::size_t);

constexpr EventField text_field(std::string_view name, Append append, bool free_text = false) {
    return {.name = name, .type = FieldType::text, .append = append, .free_text = free_text};
}
constexpr EventField number_field(std::string_view name, Append append, NumberOf number) {
    return {.name = name, .type = FieldType::number, .append = append, .number = number};
}
constexpr EventField time_field(std::string_view name, Append append, NumberOf number) {
    return {.name = name, .type = FieldType::time, .append = append, .number = number};
}
constexpr EventField address_field(std::string_view name, Append append, AddressOf address) {
    return {.name = name, .type = FieldType::address, .append = append, .address = address};
}
constexpr EventField list_field(std::string_view name, Append append, Element element,
                                bool free_text = false) {
    return {
        .name = name, .type = FieldType::list, .append = append, .free_text = free_text, .element = element};
}

// In the order of the json format.
constexpr EventField fields[] = {
    time_field("time", [](Out out, In e) { append_time(out, e, e.time); },
               [](In e) { return Number(seconds_of(e.time)); }),
    text_field("bind_time",
               [](Out out, In e) {
                   SecondText second;
                   append_bind_time(out, second, e.time);
               }),
    number_field("unix_time", [](Out out, In e) { append_unix_time(out, e.time, 6); },
                 [](In e) { return Number(seconds_of(e.time)); }),
    number_field("unix_ms", [](Out out, In e) { append_unix(out, e, 3); },
                 [](In e) { return Number(seconds_of(e.time) * 1e3); }),
    number_field("unix_us", [](Out out, In e) { append_unix(out, e, 6); },
                 [](In e) { return Number(seconds_of(e.time) * 1e6); }),
    number_field("unix_ns", [](Out out, In e) { append_unix(out, e, 9); },
                 [](In e) { return Number(seconds_of(e.time) * 1e9); }),
    text_field("id", [](Out out, In e) { append_event_id(out, e.id); }),
    text_field("type", append_message_type),
    text_field("short_type", [](Out out, In e) { out.append(message_type_short(e.type)); }),
    text_field("identity", [](Out out, In e) { append_opaque(out, e.identity); }, may_be_any_text),
    text_field("version", [](Out out, In e) { append_opaque(out, e.version); }, may_be_any_text),
    address_field("src", [](Out out, In e) { append_address(out, e.query.address); },
                  [](In e) -> const IpAddress& { return e.query.address; }),
    number_field("src_port", [](Out out, In e) { append_port(out, e.query.port); },
                 [](In e) { return number_if(e.query.port != 0, e.query.port); }),
    text_field("arrow", [](Out out, In e) { out.append(e.is_response ? "<-" : "->"); }),
    address_field("dst", [](Out out, In e) { append_address(out, e.response.address); },
                  [](In e) -> const IpAddress& { return e.response.address; }),
    number_field("dst_port", [](Out out, In e) { append_port(out, e.response.port); },
                 [](In e) { return number_if(e.response.port != 0, e.response.port); }),
    text_field("family", [](Out out, In e) { out.append(family_name(e)); }),
    text_field("protocol", [](Out out, In e) { out.append(socket_protocol_name(e.protocol)); }),
    text_field("http_protocol", [](Out out, In e) { out.append(http_protocol_name(e.http_protocol)); }),
    number_field("dns_id",
                 [](Out out, In e) {
                     if (has_dns_header(e)) append_decimal(out, e.dns.id);
                 },
                 [](In e) { return number_if(has_dns_header(e), e.dns.id); }),
    text_field("opcode",
               [](Out out, In e) {
                   if (has_dns_header(e)) append_opcode(out, e.dns.opcode);
               }),
    list_field("flags", append_flags, append_flag),
    text_field("qr", [](Out out, In e) { append_set_flag(out, e, dns::flag_qr, "QR"); }),
    text_field("aa", [](Out out, In e) { append_set_flag(out, e, dns::flag_aa, "AA"); }),
    text_field("tc", [](Out out, In e) { append_set_flag(out, e, dns::flag_tc, "TC"); }),
    text_field("rd", [](Out out, In e) { append_set_flag(out, e, dns::flag_rd, "RD"); }),
    text_field("ra", [](Out out, In e) { append_set_flag(out, e, dns::flag_ra, "RA"); }),
    text_field("ad", [](Out out, In e) { append_set_flag(out, e, dns::flag_ad, "AD"); }),
    text_field("cd", [](Out out, In e) { append_set_flag(out, e, dns::flag_cd, "CD"); }),
    number_field("qdcount", [](Out out, In e) { append_claimed(out, e, Section::question); },
                 [](In e) { return claimed(e, Section::question); }),
    number_field("ancount", [](Out out, In e) { append_claimed(out, e, Section::answer); },
                 [](In e) { return claimed(e, Section::answer); }),
    number_field("nscount", [](Out out, In e) { append_claimed(out, e, Section::authority); },
                 [](In e) { return claimed(e, Section::authority); }),
    number_field("arcount", [](Out out, In e) { append_claimed(out, e, Section::additional); },
                 [](In e) { return claimed(e, Section::additional); }),
    text_field("qname", [](Out out, In e) { out.append(e.qname); }),
    text_field("qtype",
               [](Out out, In e) {
                   if (e.has_question) append_type(out, e.qtype);
               }),
    text_field("qclass",
               [](Out out, In e) {
                   if (e.has_question) append_class(out, e.qclass);
               }),
    text_field("rcode",
               [](Out out, In e) {
                   if (has_rcode(e)) append_rcode(out, e.dns.rcode);
               }),
    list_field("answers", append_joined<append_one_answer>, append_one_answer, may_be_any_text),
    number_field("answer_count",
                 [](Out out, In e) {
                     if (has_rcode(e)) append_decimal(out, e.dns.answers.size());
                 },
                 [](In e) { return number_if(has_rcode(e), static_cast<double>(e.dns.answers.size())); }),
    list_field("answer_types", append_joined<append_one_answer_type>, append_one_answer_type),
    list_field("answer_ips", append_joined<append_one_answer_address>, append_one_answer_address),
    text_field("answer_ip", [](Out out, In e) { append_wanted_answer(out, e, is_address, 0); }),
    text_field("answer_a", [](Out out, In e) { append_wanted_answer(out, e, is_a, 0); }),
    text_field("answer_aaaa", [](Out out, In e) { append_wanted_answer(out, e, is_aaaa, 0); }),
    text_field("answer_name",
               [](Out out, In e) {
                   if (const auto* first = first_answer(e)) append_name(out, e.dns.wire, first->owner);
               }),
    text_field("answer_type",
               [](Out out, In e) {
                   if (const auto* first = first_answer(e)) append_type(out, first->type);
               }),
    number_field("answer_ttl",
                 [](Out out, In e) {
                     if (const auto* first = first_answer(e)) append_decimal(out, first->ttl);
                 },
                 [](In e) { return first_answer(e) ? Number(first_answer(e)->ttl) : Number(); }),
    text_field("answer_data", [](Out out, In e) { append_one_answer(out, e, 0); }, may_be_any_text),
    list_field("authority", append_joined<append_one_authority>, append_one_authority, may_be_any_text),
    list_field("additional", append_joined<append_one_additional>, append_one_additional, may_be_any_text),
    number_field("edns_version",
                 [](Out out, In e) {
                     if (e.dns.has_edns) append_decimal(out, e.dns.edns.version);
                 },
                 [](In e) { return number_if(e.dns.has_edns, e.dns.edns.version); }),
    number_field("udp_size",
                 [](Out out, In e) {
                     if (e.dns.has_edns) append_decimal(out, e.dns.edns.udp_size);
                 },
                 [](In e) { return number_if(e.dns.has_edns, e.dns.edns.udp_size); }),
    text_field("do",
               [](Out out, In e) {
                   if (e.dns.has_edns && e.dns.edns.dnssec_ok) out.append("DO");
               }),
    text_field("nsid", [](Out out, In e) { append_opaque(out, e.dns.edns.nsid); }, may_be_any_text),
    number_field("cookie_length",
                 [](Out out, In e) {
                     if (e.dns.edns.has_cookie) append_decimal(out, e.dns.edns.cookie_length);
                 },
                 [](In e) { return number_if(e.dns.edns.has_cookie, e.dns.edns.cookie_length); }),
    number_field("padding_length",
                 [](Out out, In e) {
                     if (e.dns.edns.has_padding) append_decimal(out, e.dns.edns.padding_length);
                 },
                 [](In e) { return number_if(e.dns.edns.has_padding, e.dns.edns.padding_length); }),
    list_field("ede", append_joined<append_one_extended_error>, append_one_extended_error, may_be_any_text),
    list_field("ede_text", append_joined<append_one_error_text>, append_one_error_text, may_be_any_text),
    text_field("client_subnet",
               [](Out out, In e) {
                   if (e.dns.edns.has_client_subnet) append_client_subnet(out, e.dns.edns);
               }),
    number_field("bytes",
                 [](Out out, In e) {
                     if (e.has_message) append_decimal(out, e.dns.wire.size());
                 },
                 [](In e) { return number_if(e.has_message, static_cast<double>(e.dns.wire.size())); }),
    time_field("query_time", [](Out out, In e) { append_time(out, e, e.query_time); },
               [](In e) { return e.query_time ? Number(seconds_of(*e.query_time)) : Number(); }),
    time_field("response_time", [](Out out, In e) { append_time(out, e, e.response_time); },
               [](In e) { return e.response_time ? Number(seconds_of(*e.response_time)) : Number(); }),
    number_field("latency", append_latency,
                 [](In e) {
                     const auto nanoseconds = latency(e);
                     return nanoseconds ? Number(static_cast<double>(*nanoseconds) / 1e9) : Number();
                 }),
    number_field("latency_ms",
                 [](Out out, In e) {
                     if (const auto nanoseconds = latency(e)) append_latency_ms(out, e, *nanoseconds);
                 },
                 [](In e) {
                     const auto nanoseconds = latency(e);
                     return nanoseconds ? Number(static_cast<double>(*nanoseconds) / 1e6) : Number();
                 }),
    text_field("registered_domain", [](Out out, In e) { out.append(e.registered_domain); }),
    text_field("src_country", [](Out out, In e) { append_opaque(out, e.query_place.country); },
               may_be_any_text),
    text_field("src_city", [](Out out, In e) { append_opaque(out, e.query_place.city); }, may_be_any_text),
    number_field("src_asn", [](Out out, In e) { append_as_number(out, e.query_place); },
                 [](In e) { return number_if(e.query_place.as_number != 0, e.query_place.as_number); }),
    text_field("src_as_org", [](Out out, In e) { append_opaque(out, e.query_place.as_organization); },
               may_be_any_text),
    text_field("dst_country", [](Out out, In e) { append_opaque(out, e.response_place.country); },
               may_be_any_text),
    text_field("dst_city", [](Out out, In e) { append_opaque(out, e.response_place.city); }, may_be_any_text),
    number_field("dst_asn", [](Out out, In e) { append_as_number(out, e.response_place); },
                 [](In e) { return number_if(e.response_place.as_number != 0, e.response_place.as_number); }),
    text_field("dst_as_org", [](Out out, In e) { append_opaque(out, e.response_place.as_organization); },
               may_be_any_text),
    text_field("public_suffix", [](Out out, In e) { out.append(e.public_suffix); }),
    text_field("zone",
               [](Out out, In e) {
                   if (!e.query_zone.empty()) append_name(out, e.query_zone, 0);
               }),
    text_field("policy_type", [](Out out, In e) { append_opaque(out, e.policy.type); }, may_be_any_text),
    text_field("policy_rule", [](Out out, In e) { append_policy_rule(out, e.policy.rule); }, may_be_any_text),
    text_field("policy_action", [](Out out, In e) { out.append(policy_action_name(e.policy.action)); }),
    text_field("policy_match", [](Out out, In e) { out.append(policy_match_name(e.policy.match)); }),
    text_field("policy_value", [](Out out, In e) { append_opaque(out, e.policy.value); }, may_be_any_text),
    text_field("extra", [](Out out, In e) { append_opaque(out, e.extra); }, may_be_any_text),
    text_field("kind", [](Out out, In e) { out.append(event_kind_name(e.kind)); }),
    text_field("notice", [](Out out, In e) { append_notice_message(out, e); }, may_be_any_text),
    text_field("malformed",
               [](Out out, In e) {
                   if (e.dns.malformed != nullptr) out.append(e.dns.malformed);
               },
               may_be_any_text),
    text_field("time_source",
               [](Out out, In e) {
                   if (e.time_source == TimeSource::agent) out.append("agent");
               }),
    number_field("sample_rate",
                 [](Out out, In e) {
                     if (e.sample_rate < 1) append_rate(out, e.sample_rate);
                 },
                 [](In e) { return number_if(e.sample_rate < 1, e.sample_rate); }),
    text_field("input", [](Out out, In e) { append_opaque(out, e.input); }, may_be_any_text),
    list_field("labels", append_joined<append_one_label>, append_one_label, may_be_any_text),
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
