#include "encoders/text/yaml.h"

#include <algorithm>
#include <vector>

#include "encoders/dnstap_receiver.h"
#include "encoders/event_facts.h"
#include "encoders/notice_facts.h"
#include "encoders/text/yaml_document.h"

namespace tapferry {
namespace {

// As Python's YAML writes them: in order of name.
std::vector<ReceiverMember> members_by_name() {
    const auto members = dnstap_receiver_members();
    std::vector<ReceiverMember> sorted(members.begin(), members.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const ReceiverMember& a, const ReceiverMember& b) { return a.name < b.name; });
    return sorted;
}

// The document of dnstap-receiver: its keys, and "-" for what is not known.
void append_dnstap_receiver_document(TextBuffer& out, const Event& event) {
    static const std::vector<ReceiverMember> members = members_by_name();
    for (const ReceiverMember& member : members) {
        const bool quoted = member.type == ReceiverMember::Type::text;
        out.append(member.name, quoted ? std::string_view(": '") : std::string_view(": "));
        const std::size_t from = out.size();
        member.append(out, event);
        const bool known = out.size() != from;
        if (quoted) escape_single_quotes(out, from);
        if (!known) out.append(quoted ? std::string_view("-") : std::string_view("'-'"));
        out.append(quoted ? std::string_view("'\n") : std::string_view("\n"));
    }
}

// In either layout, with the members of the json format's object.
void append_notice_document(TextBuffer& out, const Event& event) {
    const Notice& notice = *event.notice;
    YamlDocument yaml(out);
    const auto time = [&](std::string_view prefix, const Timestamp& at) {
        if (at.seconds != 0) yaml.quoted(prefix, [&] { append_rfc3339(out, at, 3); });
    };
    yaml.plain("type: NOTICE");
    yaml.plain("id: '", EventIdText{event.id}, '\'');
    time("time: ", event.time);
    yaml.plain("kind: ", event_kind_name(event.kind));
    yaml.opaque("input: ", event.input);
    yaml.plain("notice:");
    yaml.plain("  what: ", notice_name(notice.kind));
    if (notice.reason != NoticeReason::none) yaml.plain("  reason: ", notice_reason_name(notice.reason));
    yaml.plain("  count: ", Decimal{notice.count});
    if (notice.first != 0) yaml.plain("  first: ", Decimal{notice.first});
    if (notice.first != 0) yaml.plain("  last: ", Decimal{notice.last});
    time("  from: ", notice.from);
    time("  until: ", notice.until);
    yaml.opaque("  destination: ", notice.destination);
    yaml.opaque("  words: ", notice.words);
    if (notice.kind == NoticeKind::ledger)
        for (const LedgerMember& one : ledger_members())
            out.append("  ", one.name, ": ", Decimal{notice.ledger.*one.count}, '\n');
    yaml.quoted("  message: ", [&] { append_notice_message(out, event); });
}

}  // namespace

void YamlEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    if (event.notice != nullptr) {
        append_notice_document(out, event);
    } else if (layout_ == YamlOptions::Layout::dnstap_receiver) {
        append_dnstap_receiver_document(out, event);
    } else {
        CutFields cut;
        if (!append_dnstap_read_document(out, event)) cut.add(CutField::answers);
        records.cut(cut);
    }
    out.append("---");
    records.close(event);
}

}  // namespace tapferry
