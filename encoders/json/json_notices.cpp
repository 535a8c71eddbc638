#include "encoders/json/json_notices.h"

#include <algorithm>

#include "encoders/event_class.h"
#include "encoders/event_facts.h"
#include "encoders/event_roles.h"
#include "encoders/json/json_members.h"
#include "encoders/json/ocsf_names.h"
#include "encoders/notice_facts.h"

namespace tapferry {
namespace {

constexpr unsigned unix_digits = 6;
constexpr std::size_t room_for_sections = 0;  // it has none

std::string_view name_of(const Event& event) {
    return notice_name(event.notice->kind);
}

void append_message(JsonLine& line, std::string_view prefix) {
    line.put(prefix);
    line.escaped([&] { append_notice_message(line.out, line.event); });
    line.put('"');
}

void append_input(JsonLine& line) {
    if (!line.event.input.empty()) line.opaque(",\"input\":\"", line.event.input);
}

// Begins and ends the record around what `append` writes.
template <typename Append>
void one_line(const Event& event, const NoticeLine& place, Append append) {
    TextBuffer& out = place.records.open(event);
    JsonLine line(out, event, place.second, room_for_sections);
    append(line);
    place.records.close(event);
}

std::string_view severity_word(const Event& event) {
    static constexpr std::string_view words[severity_step_count] = {"informational", "low", "medium", "high"};
    return words[static_cast<std::size_t>(severity_step(event))];
}

// The members of notice_object, each as one of its own behind `_notice_`.
void append_flat_notice(JsonLine& line) {
    const Notice& notice = *line.event.notice;
    line.put(",\"_notice\":\"", name_of(line.event), '"');
    if (notice.reason != NoticeReason::none)
        line.put(",\"_notice_reason\":\"", notice_reason_name(notice.reason), '"');
    line.put(",\"_notice_count\":", Decimal{notice.count});
    if (notice.first != 0)
        line.put(",\"_notice_first\":", Decimal{notice.first}, ",\"_notice_last\":", Decimal{notice.last});
    if (notice.from.seconds != 0) line.time(",\"_notice_from\":\"", notice.from);
    if (notice.until.seconds != 0) line.time(",\"_notice_until\":\"", notice.until);
    if (!notice.destination.empty()) line.opaque(",\"_notice_destination\":\"", notice.destination);
    if (!notice.words.empty()) line.opaque(",\"_notice_words\":\"", notice.words);
    if (notice.kind != NoticeKind::ledger) return;
    for (const LedgerMember& one : ledger_members())
        line.put(",\"_notice_", one.name, "\":", Decimal{notice.ledger.*one.count});
}

}  // namespace

void append_notice_object(JsonLine& line) {
    const Notice& notice = *line.event.notice;
    line.put(",\"notice\":{\"what\":\"", name_of(line.event), '"');
    if (notice.reason != NoticeReason::none)
        line.put(",\"reason\":\"", notice_reason_name(notice.reason), '"');
    line.put(",\"count\":", Decimal{notice.count});
    if (notice.first != 0) line.put(",\"first\":", Decimal{notice.first}, ",\"last\":", Decimal{notice.last});
    if (notice.from.seconds != 0) line.time(",\"from\":\"", notice.from);
    if (notice.until.seconds != 0) line.time(",\"until\":\"", notice.until);
    if (!notice.destination.empty()) line.opaque(",\"destination\":\"", notice.destination);
    if (!notice.words.empty()) line.opaque(",\"words\":\"", notice.words);
    if (notice.kind == NoticeKind::ledger)
        for (const LedgerMember& one : ledger_members())
            line.put(",\"", one.name, "\":", Decimal{notice.ledger.*one.count});
    append_message(line, ",\"message\":\"");
    line.put('}');
}

void append_json_notice(const Event& event, NoticeLine place, std::string_view end) {
    one_line(event, place, [&](JsonLine& line) {
        line.time("{\"time\":\"", event.time);
        line.put(",\"id\":\"", EventIdText{event.id}, "\",\"type\":\"", MessageTypeName{event}, '"');
        append_kind(line);
        append_notice_object(line);
        append_circumstances(line);
        append_input(line);
        append_labels(line);
        line.put(end);
    });
}

void append_ecs_notice(const Event& event, NoticeLine place, std::string_view head) {
    one_line(event, place, [&](JsonLine& line) {
        line.time("{\"@timestamp\":\"", event.time);
        line.put(head, ",\"type\":[\"info\"],\"action\":\"agent-", name_of(event),
                 "\",\"outcome\":\"unknown\",\"id\":\"", EventIdText{event.id});
        line.time("\",\"created\":\"", event.received);
        line.put(",\"severity\":", Decimal{event_severity(event)}, '}');
        append_message(line, ",\"message\":\"");
        line.put(",\"dnstap\":{\"type\":\"", MessageTypeName{event}, '"');
        append_kind(line);
        append_notice_object(line);
        append_circumstances(line);
        append_input(line);
        line.put('}');
        append_labels(line);
        line.put('}');
    });
}

void append_cim_notice(const Event& event, NoticeLine place) {
    one_line(event, place, [&](JsonLine& line) {
        line.time("{\"timestamp\":\"", event.time);
        line.put(",\"vendor_product\":\"Tapferry\",\"app\":\"tapferry\",\"severity\":\"",
                 severity_word(event), '"');
        append_message(line, ",\"description\":\"");
        line.put(",\"event_id\":\"", EventIdText{event.id}, "\",\"dnstap_type\":\"", MessageTypeName{event},
                 '"');
        append_kind(line);
        append_notice_object(line);
        append_circumstances(line);
        append_input(line);
        append_labels(line);
        line.put('}');
    });
}

void append_ocsf_notice(const Event& event, NoticeLine place, std::string_view version) {
    one_line(event, place, [&](JsonLine& line) {
        line.put(
            "{\"class_uid\":0,\"class_name\":\"Base Event\",\"category_uid\":0,"
            "\"category_name\":\"Uncategorized\",\"activity_id\":99,\"activity_name\":\"",
            name_of(event), "\",\"type_uid\":99,\"severity_id\":", ocsf_severity(event),
            ",\"time\":", Decimal{milliseconds_of(event.time)});
        append_message(line, ",\"message\":\"");
        line.put(",\"metadata\":{\"version\":\"", version,
                 "\",\"product\":{\"name\":\"Tapferry\",\"vendor_name\":\"Tapferry\",\"version\":"
                 "\"" TAPFERRY_MAJOR_MINOR "\"},\"uid\":\"",
                 EventIdText{event.id},
                 "\",\"log_name\":\"dnstap\",\"logged_time\":", Decimal{milliseconds_of(event.received)});
        std::string_view before = ",\"labels\":[\"";
        for (const Label& label : event.labels) {
            line.put(before, label.name);
            line.opaque(":", label.value);
            before = ",\"";
        }
        line.put(event.labels.empty() ? std::string_view("}") : std::string_view("]}"));
        line.put(",\"unmapped\":{\"dnstap_type\":\"", MessageTypeName{event}, '"');
        append_kind(line);
        append_notice_object(line);
        append_circumstances(line);
        append_input(line);
        line.put("}}");
    });
}

void append_asim_notice(const Event& event, NoticeLine place) {
    one_line(event, place, [&](JsonLine& line) {
        const bool bad = event.notice->kind == NoticeKind::gap || event.notice->kind == NoticeKind::silent ||
                         event.notice->kind == NoticeKind::dead_letter;
        line.time("{\"TimeGenerated\":\"", event.time);
        line.put(",\"EventCount\":1");
        line.time(",\"EventStartTime\":\"",
                  event.notice->from.seconds != 0 ? event.notice->from : event.time);
        line.time(",\"EventEndTime\":\"", event.time);
        line.put(",\"EventType\":\"Other\",\"EventSubType\":\"", name_of(event), "\",\"EventResult\":\"",
                 bad ? std::string_view("Failure") : std::string_view("Success"), "\",\"EventSeverity\":\"",
                 bad ? std::string_view("Medium") : std::string_view("Informational"));
        append_message(line, "\",\"EventMessage\":\"");
        line.put(
            ",\"EventVendor\":\"Tapferry\",\"EventProduct\":\"Tapferry\",\"EventProductVersion\":"
            "\"" TAPFERRY_MAJOR_MINOR
            "\",\"EventSchema\":\"AuditEvent\",\"EventSchemaVersion\":\"0.1.2\",\"EventOriginalUid\":\"",
            EventIdText{event.id}, "\",\"EventOriginalType\":\"", MessageTypeName{event},
            "\",\"Operation\":\"", name_of(event),
            "\",\"Object\":\"Tapferry\",\"ObjectType\":\"Service\",\"Dvc\":\"Tapferry\",\"AdditionalFields\":"
            "{\"type\":\"NOTICE\"");
        append_kind(line);
        append_notice_object(line);
        append_circumstances(line);
        append_input(line);
        append_labels(line);
        line.put("}}");
    });
}

void append_zeek_notice(const Event& event, NoticeLine place, bool path, std::string_view uid) {
    one_line(event, place, [&](JsonLine& line) {
        line.put(path ? std::string_view("{\"_path\":\"notice\",\"ts\":") : std::string_view("{\"ts\":"));
        append_unix_time(line.out, event.time, unix_digits);
        line.put(",\"uid\":\"", uid, "\",\"note\":\"Tapferry::", name_of(event), '"');
        append_message(line, ",\"msg\":\"");
        if (!event.input.empty()) line.opaque(",\"sub\":\"", event.input);
        line.put(",\"n\":", Decimal{event.notice->count}, ",\"kind\":\"notice\"");
        append_notice_object(line);
        append_flat_labels(line, ",\"labels.");
        line.put('}');
    });
}

void append_gelf_notice(const Event& event, NoticeLine place, std::string_view host) {
    one_line(event, place, [&](JsonLine& line) {
        line.put("{\"version\":\"1.1\"", host);
        append_message(line, ",\"short_message\":\"");
        line.put(",\"timestamp\":");
        append_unix_time(line.out, event.time, unix_digits);
        line.put(",\"level\":", Decimal{syslog_severity(event_severity(event))}, ",\"_event_id\":\"",
                 EventIdText{event.id}, "\",\"_type\":\"", MessageTypeName{event}, "\",\"_kind\":\"notice\"");
        append_flat_notice(line);
        if (!event.input.empty()) line.opaque(",\"_input\":\"", event.input);
        append_flat_labels(line, ",\"_label_");
        line.put('}');
    });
}

void append_cof_notice(const Event& event, RecordBuffer& records, bool trailing_dot, bool array) {
    SecondText second;
    one_line(event, {second, records}, [&](JsonLine& line) {
        line.put("{\"rrname\":\"_notice.tapferry.invalid", trailing_dot ? std::string_view(".") : "",
                 "\",\"rrtype\":\"TXT\",\"rdata\":",
                 array ? std::string_view("[\"\\\"") : std::string_view("\"\\\""));
        line.escaped([&] {
            const std::size_t from = line.out.size();
            append_notice_message(line.out, event);
            escape_listed(line.out, from, "\"");
        });
        const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(event.time.seconds, 0));
        line.put(array ? std::string_view("\\\"\"]") : std::string_view("\\\"\""),
                 ",\"time_first\":", Decimal{seconds}, ",\"time_last\":", Decimal{seconds},
                 ",\"count\":1,\"sensor_id\":\"tapferry\"}");
    });
}

void append_summary_notice(const Event& event, RecordBuffer& records) {
    SecondText second;
    one_line(event, {second, records}, [&](JsonLine& line) {
        line.time("{\"time\":\"", event.time);
        line.put(",\"id\":\"", EventIdText{event.id}, '"');
        append_kind(line);
        append_notice_object(line);
        append_input(line);
        append_labels(line);
        line.put(",\"schema\":\"tapferry-summary/1\"}");
    });
}

}  // namespace tapferry
