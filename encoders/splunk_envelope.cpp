#include "encoders/splunk_envelope.h"

#include <algorithm>
#include <stdexcept>

#include "encoders/escape.h"
#include "encoders/make_encoder.h"
#include "proto/characters.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

bool holds_fields(std::string_view text) {
    return text.find_first_of("{}") != std::string_view::npos;
}

std::string json_escaped(std::string_view text) {
    TextBuffer out;
    out.append(text);
    escape_json(out, 0);
    return std::string(out.view());
}

// `"name":["a","b"]`, or `"name":"a"`; nothing when the event has none.
void append_indexed(TextBuffer& out, const Event& event, const EventField& field, std::string_view before) {
    const std::size_t begin = out.size();
    out.append(before, '"', field.name, "\":");
    if (field.type != FieldType::list) {
        out.push_back('"');
        const std::size_t from = out.size();
        field.append(out, event);
        if (out.size() == from) return out.truncate(begin);
        escape_json(out, from);
        return out.push_back('"');
    }
    std::size_t count = 0;
    for (std::size_t end = out.size();; end = out.size(), ++count) {
        out.append(count == 0 ? "[\"" : ",\"");
        const std::size_t from = out.size();
        if (!field.element(out, event, count)) {
            out.truncate(end);
            break;
        }
        escape_json(out, from);
        out.push_back('"');
    }
    if (count == 0) return out.truncate(begin);
    out.push_back(']');
}

}  // namespace

SplunkEnvelope::SplunkEnvelope(const SplunkEnvelopeOptions& options) : is_json_(options.is_json) {
    add_member("host", options.host, options.own_host);
    add_member("source", options.source, {});
    add_member("sourcetype", options.sourcetype, {});
    add_member("index", options.index, {});
    for (const std::string& name : options.indexed_fields)
        if (const EventField* field = find_json_field(name)) indexed_.push_back(field);
}

void SplunkEnvelope::add_member(std::string_view name, const std::string& text,
                                const std::string& otherwise) {
    if (text.empty() && otherwise.empty()) return;
    Member member{",\"" + std::string(name) + "\":\"", json_escaped(text), json_escaped(otherwise)};
    if (holds_fields(text)) {
        auto parsed = LineFormat::parse_template(text);
        if (const auto* fault = std::get_if<std::string>(&parsed)) throw std::invalid_argument(*fault);
        auto& line = std::get<LineFormat>(parsed);
        line.set_absent({});
        member.text = std::move(line);
    }
    members_.push_back(std::move(member));
}

void SplunkEnvelope::open(const Event& event, const Record& record, TextBuffer& out) const {
    constexpr unsigned digits_of_a_second = 6;
    out.append("{\"time\":");
    append_unix_time(out, record.time, digits_of_a_second);
    for (const Member& member : members_) append_member(out, event, member);
    out.append(is_json_ ? std::string_view(",\"event\":") : std::string_view(",\"event\":\""));
    content_begin_ = out.size();
}

void SplunkEnvelope::append_member(TextBuffer& out, const Event& event, const Member& member) {
    const std::size_t begin = out.size();
    out.append(member.prefix);
    const std::size_t from = out.size();
    if (const auto* fixed = std::get_if<std::string>(&member.text)) {
        out.append(*fixed);
    } else {
        std::get<LineFormat>(member.text).append(out, event);
        escape_json(out, from);
    }
    if (out.size() == from) out.append(member.otherwise);
    if (out.size() == from) return out.truncate(begin);
    out.push_back('"');
}

void SplunkEnvelope::close(const Event& event, TextBuffer& out) const {
    if (!is_json_) {
        escape_json(out, content_begin_);
        out.push_back('"');
    }
    if (!indexed_.empty()) {
        const std::size_t begin = out.size();
        out.append(",\"fields\":{");
        const std::size_t first = out.size();
        for (const EventField* field : indexed_)
            append_indexed(out, event, *field, out.size() == first ? "" : ",");
        if (out.size() == first)
            out.truncate(begin);
        else
            out.push_back('}');
    }
    out.push_back('}');
}

std::string check_splunk_text(std::string_view text) {
    if (holds_fields(text)) return check_template(text);
    if (text.size() <= 1024 && std::all_of(text.begin(), text.end(), is_printable)) return {};
    return "must be at most 1024 printable ASCII characters";
}

std::vector<std::string> fields_of_splunk_text(std::string_view text) {
    std::vector<std::string> names;
    if (!holds_fields(text)) return names;
    const auto parsed = LineFormat::parse_template(text);
    if (!std::holds_alternative<LineFormat>(parsed)) return names;
    for (const LineStep& step : std::get<LineFormat>(parsed).steps()) {
        if (step.field != nullptr) names.emplace_back(step.field->name);
        if (!step.label.empty()) names.push_back("labels." + step.label);
    }
    return names;
}

std::string check_indexed_field(std::string_view name) {
    if (find_json_field(name) != nullptr) return {};
    const std::string_view near = near_event_field(name);
    return "\"" + std::string(name) + "\" is not a field" +
           (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?");
}

}  // namespace tapferry
