#include "encoders/cef/notice_pairs.h"

#include <algorithm>

#include "encoders/cef/cef_pairs.h"
#include "encoders/cef/leef_line.h"
#include "encoders/escape.h"
#include "encoders/event_class.h"
#include "encoders/month_time.h"
#include "encoders/notice_facts.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

// Nothing of a time that is not known, or of a text that is empty.
void append_milliseconds(TextBuffer& out, std::string_view prefix, const Timestamp& time) {
    if (time.seconds == 0) return;
    out.append(prefix);
    append_unix_ms(out, time);
}

void append_cef_text(TextBuffer& out, std::string_view prefix, std::string_view bytes) {
    if (!bytes.empty()) append_cef_opaque(out, prefix, bytes);
}

void append_leef_text(TextBuffer& out, std::string_view prefix, std::string_view bytes) {
    if (!bytes.empty()) append_leef_opaque(out, prefix, bytes);
}

// What `append` appends is left out again when the record is too long with it.
template <typename Append>
void append_if_there_is_room(const RecordBuffer& records, TextBuffer& out, std::size_t max_bytes,
                             Append append) {
    const std::size_t before = out.size();
    append();
    if (max_bytes != 0 && records.open_size() > max_bytes) out.truncate(before);
}

void refuse_if_too_long(RecordBuffer& records, std::size_t max_bytes) {
    if (max_bytes != 0 && records.open_size() > max_bytes) records.refuse();
}

void append_ledger(TextBuffer& out, const LedgerCounts& ledger, std::string_view before_each) {
    for (const LedgerMember& one : ledger_members()) {
        out.append(before_each);
        append_key_part(out, one.name);
        out.append('=', Decimal{ledger.*one.count});
    }
}

}  // namespace

void append_cef_notice(const Event& event, RecordBuffer& records, TextBuffer& out, std::size_t max_bytes) {
    const Notice& notice = *event.notice;
    append_milliseconds(out, "rt=", event.time);
    if (notice.reason != NoticeReason::none) out.append(" reason=", notice_reason_name(notice.reason));
    append_milliseconds(out, " start=", notice.from);
    append_milliseconds(out, " end=", notice.until);
    out.append(" externalId=", EventIdText{event.id}, " cat=", event_category(event));
    append_cef_text(out, " cs1Label=Destination cs1=", notice.destination);
    append_cef_text(out, " cs2Label=Input cs2=", event.input);
    out.append(" cs5Label=DnstapType cs5=", MessageTypeName{event},
               " cn1Label=Count cn1=", Decimal{notice.count});
    if (notice.first != 0) {
        out.append(" cn2Label=FirstSequence cn2=", Decimal{notice.first},
                   " cn3Label=LastSequence cn3=", Decimal{notice.last});
    }
    if (notice.kind == NoticeKind::ledger) append_ledger(out, notice.ledger, " TapferryLedger");
    append_cef_labels(out, event.labels);
    append_if_there_is_room(records, out, max_bytes, [&] {
        out.append(" msg=");
        const std::size_t from = out.size();
        append_notice_message(out, event);
        escape_end_spaces(out, from);
        escape_cef_value(out, from);
    });
    refuse_if_too_long(records, max_bytes);
}

void append_leef_notice(const Event& event, RecordBuffer& records, TextBuffer& out, std::size_t max_bytes,
                        std::uint8_t severity, SecondText& second) {
    const Notice& notice = *event.notice;
    out.append("cat=", event_category(event), "\tdevTime=");
    append_leef_time(out, second, event.time);
    out.append("\tdevTimeFormat=MMM dd yyyy HH:mm:ss.SSS z\tsev=",
               Decimal{std::max<std::uint8_t>(severity, 1)}, "\tid=", EventIdText{event.id},
               "\ttype=", MessageTypeName{event}, "\tnotice=", notice_name(notice.kind));
    if (notice.reason != NoticeReason::none) out.append("\treason=", notice_reason_name(notice.reason));
    out.append("\tcount=", Decimal{notice.count});
    if (notice.first != 0) {
        out.append("\tfirstSequence=", Decimal{notice.first}, "\tlastSequence=", Decimal{notice.last});
    }
    append_milliseconds(out, "\tstart=", notice.from);
    append_milliseconds(out, "\tend=", notice.until);
    append_leef_text(out, "\tdestination=", notice.destination);
    append_leef_text(out, "\tinput=", event.input);
    if (notice.kind == NoticeKind::ledger) append_ledger(out, notice.ledger, "\tledger");
    append_leef_labels(out, event.labels);
    append_if_there_is_room(records, out, max_bytes, [&] {
        out.append("\tmessage=");
        const std::size_t from = out.size();
        append_notice_message(out, event);
        escape_tabs(out, from);
    });
    refuse_if_too_long(records, max_bytes);
}

}  // namespace tapferry
