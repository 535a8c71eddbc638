#include "encoders/json_line.h"

#include "encoders/bounds.h"

namespace tapferry {

void JsonLine::qname() {
    put(",\"qname\":\"");
    qname_.begin = out.size();
    out.append(event.qname);
    escape_json(out, qname_.begin);
    qname_.length = out.size() - qname_.begin;
    put('"');
}

void JsonLine::section(std::string_view prefix, const std::vector<dns::ResourceRecord>& records) {
    std::size_t shown = 0;
    for (const dns::ResourceRecord& one : records) {
        const std::size_t before = out.size();
        if (shown < max_shown_records) {
            put(shown == 0 ? prefix : std::string_view(","));
            record(one);
        }
        if (shown == max_shown_records || out.size() > sections_end) {
            out.truncate(before);
            clipped = true;
            break;
        }
        ++shown;
    }
    if (shown != 0) put(']');
}

void JsonLine::record(const dns::ResourceRecord& record) {
    put("{\"name\":\"");
    if (owner_is_qname(record)) {
        // The room comes first: `out` may move for it.
        char* const room = out.reserve(qname_.length);
        std::memcpy(room, out.data() + qname_.begin, qname_.length);
        out.commit(qname_.length);
    } else {
        escaped([&] { append_name(out, event.dns.wire, record.owner); });
    }
    put("\",\"type\":\"", TypeName{record.type}, "\",\"class\":\"", ClassName{record.rclass},
        "\",\"ttl\":", Decimal{record.ttl});
    record_data(record);
    put('}');
}

void JsonLine::record_data(const dns::ResourceRecord& record) {
    const std::size_t before = out.size();
    put(",\"data\":\"");
    const std::size_t from = out.size();
    if (append_rdata(out, event.dns.wire, record, NameEnd::plain, max_rdata_text)) clipped = true;
    if (out.size() == from) {
        out.truncate(before);
        return;
    }
    escape_json(out, from);
    put('"');
}

// Most owners are a pointer to the question's name, right behind the header.
bool JsonLine::owner_is_qname(const dns::ResourceRecord& record) const {
    constexpr std::uint16_t question_name = 12;
    const dns::Message& dns = event.dns;
    return qname_.length != 0 && event.has_question && !dns.questions.empty() &&
           dns.questions.front().name == question_name && dns.wire[record.owner] == 0xC0 &&
           dns.wire[record.owner + 1U] == question_name;
}

}  // namespace tapferry
