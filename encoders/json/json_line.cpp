#include "encoders/json/json_line.h"

#include "encoders/event_facts.h"

namespace tapferry {

void JsonLine::qname(std::string_view prefix) {
    put(prefix);
    qname_.begin = out.size();
    out.append(event.qname);
    escape_json(out, qname_.begin);
    qname_.length = out.size() - qname_.begin;
    put('"');
}

std::size_t JsonLine::section(std::string_view prefix, const std::vector<dns::ResourceRecord>& records) {
    return list(prefix, ",", ']', records, [this](const dns::ResourceRecord& record) {
        put("{\"name\":\"");
        owner(record);
        put("\",\"type\":\"", TypeName{record.type}, "\",\"class\":\"", ClassName{record.rclass},
            "\",\"ttl\":", Decimal{record.ttl});
        rdata_member(",\"data\":\"", record);
        put('}');
    });
}

void JsonLine::owner(const dns::ResourceRecord& record) {
    if (qname_.length != 0 && owner_is_qname(event, record)) {
        // The room comes first: `out` may move for it.
        char* const room = out.reserve(qname_.length);
        std::memcpy(room, out.data() + qname_.begin, qname_.length);
        out.commit(qname_.length);
    } else {
        escaped([&] { append_name(out, event.dns.wire, record.owner); });
    }
}

void JsonLine::rdata(const dns::ResourceRecord& record) {
    const std::size_t from = out.size();
    if (append_rdata(out, event.dns.wire, record, NameEnd::plain, max_rdata)) clipped = true;
    escape_json(out, from);
}

void JsonLine::rdata_member(std::string_view prefix, const dns::ResourceRecord& record) {
    const std::size_t before = out.size();
    put(prefix);
    const std::size_t from = out.size();
    rdata(record);
    if (out.size() == from)
        out.truncate(before);
    else
        put('"');
}

}  // namespace tapferry
