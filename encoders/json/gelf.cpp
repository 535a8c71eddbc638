#include "encoders/json/gelf.h"

#include <algorithm>
#include <cassert>

#include "encoders/bounds.h"
#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "encoders/event_fields.h"
#include "encoders/json/json_members.h"
#include "encoders/json/json_notices.h"

namespace tapferry {
namespace {

constexpr std::size_t room_for_fields = 4 * 1024;  // for the longest field and what follows it
constexpr unsigned time_digits = 6;

// In this order, each behind "_", and with "_" for a dot.
constexpr std::string_view additional[] = {"id",
                                           "type",
                                           "identity",
                                           "version",
                                           "src",
                                           "src_port",
                                           "dst",
                                           "dst_port",
                                           "protocol",
                                           "http_protocol",
                                           "dns_id",
                                           "opcode",
                                           "flags",
                                           "qname",
                                           "qtype",
                                           "qclass",
                                           "rcode",
                                           "answer_count",
                                           "edns.version",
                                           "edns.udp_size",
                                           "edns.do",
                                           "client_subnet",
                                           "edns.nsid",
                                           "edns.cookie_length",
                                           "edns.padding_length",
                                           "edns.ede",
                                           "bytes",
                                           "query_time",
                                           "response_time",
                                           "latency",
                                           "registered_domain",
                                           "src_country",
                                           "src_city",
                                           "src_asn",
                                           "src_as_org",
                                           "dst_country",
                                           "dst_city",
                                           "dst_asn",
                                           "dst_as_org",
                                           "zone",
                                           "policy.type",
                                           "policy.rule",
                                           "policy.action",
                                           "policy.match",
                                           "policy.value",
                                           "extra",
                                           "kind",
                                           "malformed",
                                           "time_source",
                                           "sample_rate",
                                           "input"};

std::string member_of(std::string_view field) {
    if (field == "id") return "_event_id";  // "_id" may not be used
    std::string member = "_" + std::string(field);
    std::replace(member.begin(), member.end(), '.', '_');
    return member;
}

std::string escaped(std::string_view text) {
    TextBuffer buffer;
    append_opaque(buffer, text);
    escape_json(buffer, 0);
    return std::string(buffer.view());
}

// What a person reads in the list of messages: "www.example.test A NOERROR".
void append_short_message(JsonLine& line) {
    const Event& event = line.event;
    if (event.qname.empty()) {
        line.put(",\"short_message\":\"", MessageTypeName{event});
    } else {
        line.qname(",\"short_message\":\"");
        line.out.truncate(line.out.size() - 1);
        if (event.has_question) line.put(' ', TypeName{event.qtype});
    }
    if (has_rcode(event)) line.put(' ', RcodeName{event.dns.rcode});
    if (event.kind != EventKind::message) line.put(' ', event_kind_name(event.kind));
    line.put('"');
}

// The data of the answers in one text, with ", " between.
void append_answers(JsonLine& line) {
    line.list(",\"_answers\":\"", ", ", '"', line.event.dns.answers,
              [&](const dns::ResourceRecord& record) { line.rdata(record); });
}

}  // namespace

GelfEncoder::GelfEncoder(const GelfOptions& options) {
    if (!options.host.empty()) fixed_host_ = ",\"host\":\"" + escaped(options.host) + '"';
    for (const std::string_view name : additional) {
        const EventField* const field = find_json_field(name);
        assert(field != nullptr);
        const bool quoted = field->type != FieldType::number;
        fields_.push_back({",\"" + member_of(name) + (quoted ? "\":\"" : "\":"), field, quoted});
    }
}

void GelfEncoder::encode(const Event& event, RecordBuffer& records) {
    if (event.notice != nullptr)
        return append_gelf_notice(
            event, {second_, records},
            fixed_host_.empty() ? std::string_view(",\"host\":\"tapferry\"") : std::string_view(fixed_host_));
    TextBuffer& out = records.open(event);
    JsonLine line(out, event, second_, max_event_bytes - room_for_fields);
    append_head(line);
    append_additional(line);
    append_answers(line);
    if (line.clipped) line.put(",\"_clipped\":\"true\"");
    append_flat_labels(line, ",\"_label_");
    line.put('}');
    close_record(line, records);
}

void GelfEncoder::append_head(JsonLine& line) {
    const Event& event = line.event;
    line.put("{\"version\":\"1.1\"");
    if (!fixed_host_.empty())
        line.put(std::string_view(fixed_host_));
    else if (!event.identity.empty())
        append_remembered(line, ",\"host\":\"", event.identity, identity_);
    else
        line.put(",\"host\":\"tapferry\"");
    append_short_message(line);
    line.put(",\"timestamp\":");
    append_unix_time(line.out, event.time, time_digits);
    line.put(",\"level\":", Decimal{syslog_severity(event_severity(event))});
}

void GelfEncoder::append_additional(JsonLine& line) const {
    for (const Field& field : fields_) {
        const std::size_t before = line.out.size();
        line.put(std::string_view(field.prefix));
        const std::size_t from = line.out.size();
        field.field->append(line.out, line.event);
        if (line.out.size() == from) {
            line.out.truncate(before);
            continue;
        }
        escape_json(line.out, from);
        if (field.quoted) line.put('"');
    }
}

}  // namespace tapferry
