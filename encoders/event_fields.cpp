#include "encoders/event_fields.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "encoders/bounds.h"
#include "encoders/escape.h"
#include "encoders/event_facts.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

// "20-Nov-2026 19:57:59.654", UTC, as dnstap-read prints it.
void append_bind_time(TextBuffer& out, const Event& event) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const std::size_t from = out.size();
    append_rfc3339(out, event.time, 3);
    char copy[sizeof "2026-11-20T19:57:59.654Z"] = {};
    out.view(from).copy(copy, sizeof copy - 1);
    out.truncate(from);
    const std::string_view text(copy, sizeof copy - 1);
    const auto month = static_cast<std::size_t>((text[5] - '0') * 10 + (text[6] - '0'));
    out.append(text.substr(8, 2));
    out.push_back('-');
    out.append(months.substr((month - 1) * 3, 3));
    out.push_back('-');
    out.append(text.substr(0, 4));
    out.push_back(' ');
    out.append(text.substr(11, 12));
}

void append_answer_data(TextBuffer& out, const Event& event) {
    const std::size_t begin = out.size();
    const std::size_t shown = std::min(event.dns.answers.size(), max_shown_records);
    for (const dns::ResourceRecord& record : std::span(event.dns.answers).first(shown)) {
        if (out.size() - begin > max_event_bytes / 2) return;
        if (out.size() != begin) out.push_back(',');
        const std::size_t from = out.size();
        append_rdata(out, event.dns.wire, record, NameEnd::plain, max_rdata_text);
        escape_listed(out, from, " ,");
    }
}

void append_flags(TextBuffer& out, const Event& event) {
    if (!has_dns_header(event)) return;
    const std::size_t from = out.size();
    out.append(flag_words(event.dns));
    std::replace(out.data() + from, out.data() + out.size(), ' ', '+');
}

void append_latency(TextBuffer& out, const Event& event) {
    if (const auto nanoseconds = latency(event)) append_fraction(out, *nanoseconds, 9, event.time_digits);
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

constexpr bool may_be_any_text = true;

double seconds_of(const Timestamp& time) {
    return static_cast<double>(time.seconds) + time.nanoseconds / 1e9;
}

Number number_if(bool there, double value) {
    return there ? Number(value) : Number();
}

// The names of the flags that are set, one after another.
bool append_flag(Out out, In event, std::size_t index) {
    std::string_view words = has_dns_header(event) ? flag_words(event.dns) : std::string_view();
    for (; !words.empty(); words.remove_prefix(std::min<std::size_t>(words.size(), 3))) {
        if (index-- != 0) continue;
        out.append(words.substr(0, 2));
        return true;
    }
    return false;
}

bool append_one_answer(Out out, In event, std::size_t index) {
    if (index >= std::min(event.dns.answers.size(), max_shown_records)) return false;
    append_rdata(out, event.dns.wire, event.dns.answers[index], NameEnd::plain, max_rdata_text);
    return true;
}

// In the order of the json format.
constexpr EventField fields[] = {
    {"time", Type::time, [](Out out, In e) { append_time(out, e, e.time); }, false,
     [](In e) { return Number(seconds_of(e.time)); }},
    {"bind_time", Type::text, append_bind_time},
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
    {"answers", Type::list, append_answer_data, may_be_any_text, nullptr, nullptr, append_one_answer},
    {"answer_count", Type::number,
     [](Out out, In e) {
         if (has_rcode(e)) append_decimal(out, e.dns.answers.size());
     },
     false, [](In e) { return number_if(has_rcode(e), static_cast<double>(e.dns.answers.size())); }},
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
    {"zone", Type::text,
     [](Out out, In e) {
         if (!e.query_zone.empty()) append_name(out, e.query_zone, 0);
     }},
    {"extra", Type::text, [](Out out, In e) { append_opaque(out, e.extra); }, may_be_any_text},
    {"kind", Type::text, [](Out out, In e) { out.append(event_kind_name(e.kind)); }},
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
};

// Levenshtein's distance.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0U : 1U);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::span<const EventField> event_fields() {
    return fields;
}

const EventField* find_event_field(std::string_view name) {
    const auto* found = std::find_if(std::begin(fields), std::end(fields),
                                     [&](const EventField& f) { return f.name == name; });
    return found == std::end(fields) ? nullptr : found;
}

std::string_view nearest_event_field(std::string_view name) {
    return std::min_element(std::begin(fields), std::end(fields),
                            [&](const EventField& a, const EventField& b) {
                                return edit_distance(name, a.name) < edit_distance(name, b.name);
                            })
        ->name;
}

}  // namespace tapferry
