#include "encoders/text_fields.h"

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

void append_port(TextBuffer& out, std::uint16_t port) {
    if (port != 0) append_decimal(out, port);
}

void append_time(TextBuffer& out, const Event& event, const std::optional<Timestamp>& time) {
    if (time) append_rfc3339(out, *time, event.time_digits);
}

std::string_view kind_name(EventKind kind) {
    switch (kind) {
        case EventKind::new_domain:
            return "new_domain";
        case EventKind::malformed:
            return "malformed";
        default:
            return {};
    }
}

using Out = TextBuffer&;
using In = const Event&;

// In the order of the json format.
constexpr TextField fields[] = {
    {"time", [](Out out, In e) { append_time(out, e, e.time); }},
    {"bind_time", append_bind_time},
    {"id", [](Out out, In e) { append_event_id(out, e.id); }},
    {"type", append_message_type},
    {"short_type", [](Out out, In e) { out.append(message_type_short(e.type)); }},
    {"identity", [](Out out, In e) { append_opaque(out, e.identity); }, true},
    {"version", [](Out out, In e) { append_opaque(out, e.version); }, true},
    {"src", [](Out out, In e) { append_address(out, e.query.address); }},
    {"src_port", [](Out out, In e) { append_port(out, e.query.port); }},
    {"arrow", [](Out out, In e) { out.append(e.is_response ? "<-" : "->"); }},
    {"dst", [](Out out, In e) { append_address(out, e.response.address); }},
    {"dst_port", [](Out out, In e) { append_port(out, e.response.port); }},
    {"protocol", [](Out out, In e) { out.append(socket_protocol_name(e.protocol)); }},
    {"http_protocol", [](Out out, In e) { out.append(http_protocol_name(e.http_protocol)); }},
    {"dns_id",
     [](Out out, In e) {
         if (has_dns_header(e)) append_decimal(out, e.dns.id);
     }},
    {"opcode",
     [](Out out, In e) {
         if (has_dns_header(e)) append_opcode(out, e.dns.opcode);
     }},
    {"flags", append_flags},
    {"qname", [](Out out, In e) { out.append(e.qname); }},
    {"qtype",
     [](Out out, In e) {
         if (e.has_question) append_type(out, e.qtype);
     }},
    {"qclass",
     [](Out out, In e) {
         if (e.has_question) append_class(out, e.qclass);
     }},
    {"rcode",
     [](Out out, In e) {
         if (has_rcode(e)) append_rcode(out, e.dns.rcode);
     }},
    {"answers", append_answer_data, true},
    {"answer_count",
     [](Out out, In e) {
         if (has_rcode(e)) append_decimal(out, e.dns.answers.size());
     }},
    {"client_subnet",
     [](Out out, In e) {
         if (e.dns.edns.has_client_subnet) append_client_subnet(out, e.dns.edns);
     }},
    {"bytes",
     [](Out out, In e) {
         if (e.has_message) append_decimal(out, e.dns.wire.size());
     }},
    {"query_time", [](Out out, In e) { append_time(out, e, e.query_time); }},
    {"response_time", [](Out out, In e) { append_time(out, e, e.response_time); }},
    {"latency", append_latency},
    {"zone",
     [](Out out, In e) {
         if (!e.query_zone.empty()) append_name(out, e.query_zone, 0);
     }},
    {"extra", [](Out out, In e) { append_opaque(out, e.extra); }, true},
    {"kind", [](Out out, In e) { out.append(kind_name(e.kind)); }},
    {"malformed",
     [](Out out, In e) {
         if (e.dns.malformed != nullptr) out.append(e.dns.malformed);
     },
     true},
    {"time_source",
     [](Out out, In e) {
         if (e.time_source == TimeSource::agent) out.append("agent");
     }},
    {"input", [](Out out, In e) { append_opaque(out, e.input); }, true},
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

std::span<const TextField> text_fields() {
    return fields;
}

const TextField* find_text_field(std::string_view name) {
    const auto* found = std::find_if(std::begin(fields), std::end(fields),
                                     [&](const TextField& f) { return f.name == name; });
    return found == std::end(fields) ? nullptr : found;
}

std::string_view nearest_text_field(std::string_view name) {
    return std::min_element(std::begin(fields), std::end(fields),
                            [&](const TextField& a, const TextField& b) {
                                return edit_distance(name, a.name) < edit_distance(name, b.name);
                            })
        ->name;
}

}  // namespace tapferry
