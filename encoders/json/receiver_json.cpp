#include "encoders/json/receiver_json.h"

#include "encoders/dnstap_receiver.h"
#include "encoders/escape.h"

namespace tapferry {

void ReceiverJsonEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    std::string_view before = "{\"";
    for (const ReceiverMember& member : dnstap_receiver_members()) {
        out.append(before, member.name, "\": ");
        before = ", \"";
        const bool quoted = member.type != ReceiverMember::Type::number;
        if (quoted) out.push_back('"');
        const std::size_t from = out.size();
        member.append(out, event);
        const bool known = out.size() != from;
        escape_json(out, from);
        if (!known) out.append(quoted ? std::string_view("-") : std::string_view("\"-\""));
        if (quoted) out.push_back('"');
    }
    out.push_back('}');
    records.close(event);
}

}  // namespace tapferry
