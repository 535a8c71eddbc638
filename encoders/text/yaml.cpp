#include "encoders/text/yaml.h"

#include <algorithm>
#include <vector>

#include "encoders/dnstap_receiver.h"
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

}  // namespace

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

void YamlEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    if (layout_ == YamlOptions::Layout::dnstap_receiver) {
        append_dnstap_receiver_document(out, event);
    } else {
        append_dnstap_read_document(out, event);
    }
    out.append("---");
    records.close(event);
}

}  // namespace tapferry
