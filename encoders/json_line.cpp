#include "encoders/json_line.h"

#include "encoders/bounds.h"

namespace tapferry {

void JsonLine::repeat(Stretch stretch) {
    char* room = out.reserve(stretch.length);
    std::memcpy(room, out.data() + stretch.begin, stretch.length);
    out.commit(stretch.length);
}

void JsonLine::event_time() {
    event_time_.begin = out.size();
    append_rfc3339(out, event.time, event.time_digits);
    event_time_.length = out.size() - event_time_.begin;
}

void JsonLine::time(std::string_view prefix, const Timestamp& time) {
    out.append(prefix);
    if (time == event.time) {
        repeat(event_time_);
    } else {
        append_rfc3339(out, time, event.time_digits);
    }
    out.push_back('"');
}

void JsonLine::qname() {
    out.append(",\"qname\":\"");
    qname_.begin = out.size();
    out.append(event.qname);
    escape_json(out, qname_.begin);
    qname_.length = out.size() - qname_.begin;
    out.push_back('"');
}

void JsonLine::section(std::string_view prefix, const std::vector<dns::ResourceRecord>& records) {
    std::size_t shown = 0;
    for (const dns::ResourceRecord& one : records) {
        const std::size_t before = out.size();
        if (shown < max_shown_records) {
            out.append(shown == 0 ? prefix : std::string_view(","));
            record(one);
        }
        if (shown == max_shown_records || out.size() > sections_end) {
            out.truncate(before);
            clipped = true;
            break;
        }
        ++shown;
    }
    if (shown != 0) out.push_back(']');
}

void JsonLine::record(const dns::ResourceRecord& record) {
    out.append("{\"name\":\"");
    if (owner_is_qname(record)) {
        repeat(qname_);
    } else {
        escaped([&] { append_name(out, event.dns.wire, record.owner); });
    }
    out.append("\",\"type\":\"");
    append_type(out, record.type);
    out.append("\",\"class\":\"");
    append_class(out, record.rclass);
    number("\",\"ttl\":", record.ttl);
    record_data(record);
    out.push_back('}');
}

void JsonLine::record_data(const dns::ResourceRecord& record) {
    const std::size_t before = out.size();
    out.append(",\"data\":\"");
    const std::size_t from = out.size();
    if (append_rdata(out, event.dns.wire, record, NameEnd::plain, max_rdata_text)) clipped = true;
    if (out.size() == from) {
        out.truncate(before);
        return;
    }
    escape_json(out, from);
    out.push_back('"');
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
