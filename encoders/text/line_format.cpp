#include "encoders/text/line_format.h"

#include <algorithm>

#include "encoders/bounds.h"
#include "encoders/escape.h"
#include "proto/characters.h"
#include "proto/dns_text.h"

namespace tapferry {
namespace {

constexpr std::size_t max_format_size = 8192;

// What dnstap-read prints.
constexpr std::string_view dnstap_read_line =
    "%{bind_time} %{short_type} %{src}:%{src_port} %{arrow} %{dst}:%{dst_port} %{protocol} %{bytes}b "
    "%{qname}/%{qclass}/%{qtype}";
constexpr std::string_view label_prefix = "labels.";

// No name, number or time holds it.
bool always_separates(char c) {
    constexpr std::string_view of_names = "-_*/+:~.\\";
    return !is_alphanumeric(c) && of_names.find(c) == std::string_view::npos;
}

bool may_separate(char c) {
    return !is_alphanumeric(c) && c != '.' && c != '\\';
}

void add_each(std::string& set, std::string_view text, bool (*wanted)(char)) {
    for (const char c : text)
        if (wanted(c) && set.find(c) == std::string::npos) set.push_back(c);
}

// Of a literal text between two fields: what parts them when nothing else does.
std::string_view lone_separators(std::string_view literal) {
    return std::any_of(literal.begin(), literal.end(), always_separates) ? std::string_view() : literal;
}

void find_separators(std::vector<LineStep>& steps) {
    std::string of_line = " ";
    for (const LineStep& step : steps) add_each(of_line, step.literal, always_separates);
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
        LineStep& step = steps[i];
        const bool free_text = step.field == nullptr || step.field->free_text;
        const bool may_hold_any = step.field == nullptr || step.field->type == FieldType::text ||
                                  step.field->type == FieldType::list;
        if (free_text) step.separators = of_line;
        if (!may_hold_any) continue;
        if (i != 0) add_each(step.separators, lone_separators(step.literal), may_separate);
        if (steps[i + 1].has_field())
            add_each(step.separators, lone_separators(steps[i + 1].literal), may_separate);
    }
}

// How a format writes a field's name, for its faults.
struct Brackets {
    std::string_view open;
    std::string_view close;
    [[nodiscard]] std::string around(std::string_view name) const {
        return std::string(open).append(name).append(close);
    }
};

constexpr Brackets in_text{"%{", "}"};
constexpr Brackets in_template{"{", "}"};

std::string unknown_field(std::string_view name, const Brackets& brackets) {
    const std::string_view near = near_event_field(name);
    std::string error = "unknown field " + brackets.around(name);
    error += near.empty() ? "." : ", did you mean " + brackets.around(near) + "?";
    error += " Known are ";
    for (const EventField& field : event_fields()) error.append(field.name).append(", ");
    return error + "labels.NAME";
}

// Sets the field of `step`; returns what is wrong with the name.
std::string set_field(LineStep& step, std::string_view name, const Brackets& brackets) {
    if (name.starts_with(label_prefix) && name.size() > label_prefix.size()) {
        step.label = name.substr(label_prefix.size());
        return {};
    }
    step.field = find_json_field(name);
    return step.field == nullptr ? unknown_field(name, brackets) : std::string();
}

// As set_field(), for the name with an escape behind it.
std::string set_escaped_field(LineStep& step, std::string_view inside) {
    const std::size_t colon = inside.find(':');
    if (colon != std::string_view::npos) {
        const std::string_view escape = inside.substr(colon + 1);
        if (escape == "json") {
            step.escape = FieldEscape::json;
        } else if (escape == "cef") {
            step.escape = FieldEscape::cef;
        } else if (escape == "raw") {
            step.escape = FieldEscape::raw;
        } else {
            return "unknown escape in {" + std::string(inside) + "}: there are :json, :cef and :raw";
        }
    }
    return set_field(step, inside.substr(0, colon), in_template);
}

// A line that is the same for every event was meant to name some: perhaps bare, as DNS-collector has them.
std::string fault_of(const std::vector<LineStep>& steps, const Brackets& brackets) {
    if (std::any_of(steps.begin(), steps.end(), [](const LineStep& step) { return step.has_field(); }))
        return {};
    std::string_view text = steps.front().literal;
    std::string meant;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const EventField* field = find_json_field(text.substr(0, end));
        const std::string_view name = field != nullptr ? field->name : near_event_field(text.substr(0, end));
        if (!name.empty()) meant.append(meant.empty() ? "" : " ").append(brackets.around(name));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return "names no field, so every event would give the same text; fields are written " +
           (meant.empty() ? brackets.around("qname") : meant);
}

std::string fault_of(std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_printable))
        return "only printable ASCII can stand in a line";
    if (text.size() > max_format_size)
        return "is longer than " + std::to_string(max_format_size) + " characters";
    return {};
}

}  // namespace

LineFormat::LineFormat(std::vector<LineStep> steps) : steps_(std::move(steps)) {
    find_separators(steps_);
    for (const LineStep& step : steps_) least_size_ += step.literal.size();
}

std::variant<LineFormat, std::string> LineFormat::parse_text(std::string_view text) {
    if (text.empty()) text = dnstap_read_line;
    if (std::string fault = fault_of(text); !fault.empty()) return fault;
    std::vector<LineStep> steps(1);
    while (!text.empty()) {
        if (text.starts_with("%%")) {
            steps.back().literal.push_back('%');
            text.remove_prefix(2);
        } else if (text.starts_with("%{")) {
            const std::size_t end = text.find('}');
            if (end == std::string_view::npos) return "a %{ without its }";
            if (auto fault = set_field(steps.back(), text.substr(2, end - 2), in_text); !fault.empty())
                return fault;
            steps.emplace_back();
            text.remove_prefix(end + 1);
        } else {
            steps.back().literal.push_back(text.front());
            text.remove_prefix(1);
        }
    }
    if (auto fault = fault_of(steps, in_text); !fault.empty()) return fault;
    return LineFormat(std::move(steps));
}

std::variant<LineFormat, std::string> LineFormat::parse_template(std::string_view text) {
    if (text.empty()) return "must not be empty";
    if (std::string fault = fault_of(text); !fault.empty()) return fault;
    std::vector<LineStep> steps(1);
    while (!text.empty()) {
        if (text.starts_with("{{") || text.starts_with("}}")) {
            steps.back().literal.push_back(text.front());
            text.remove_prefix(2);
        } else if (text.starts_with('{')) {
            const std::size_t end = text.find('}');
            if (end == std::string_view::npos) return "a { without its }; a brace itself is written {{";
            if (auto fault = set_escaped_field(steps.back(), text.substr(1, end - 1)); !fault.empty())
                return fault;
            steps.emplace_back();
            text.remove_prefix(end + 1);
        } else if (text.starts_with('}')) {
            return "a } without its {; a brace itself is written }}";
        } else {
            steps.back().literal.push_back(text.front());
            text.remove_prefix(1);
        }
    }
    if (auto fault = fault_of(steps, in_template); !fault.empty()) return fault;
    return LineFormat(std::move(steps));
}

namespace {

void append_value(TextBuffer& out, const Event& event, const LineStep& step) {
    if (step.field != nullptr) {
        step.field->append(out, event);
        return;
    }
    for (const Label& label : event.labels)
        if (label.name == step.label) append_opaque(out, label.value);
}

void make_safe(TextBuffer& out, std::size_t from, const LineStep& step) {
    switch (step.escape) {
        case FieldEscape::line:
            if (!step.separators.empty()) escape_listed(out, from, step.separators);
            break;
        case FieldEscape::json:
            escape_json(out, from);
            break;
        case FieldEscape::cef:
            escape_cef_value(out, from);
            break;
        case FieldEscape::raw:
            break;
    }
}

}  // namespace

// Cuts before it escapes, so that no escape is cut in two.
void LineFormat::append_field(TextBuffer& out, const Event& event, const LineStep& step,
                              std::size_t room) const {
    constexpr std::size_t longest_escape = 4;
    if (room == 0) return;
    const std::size_t from = out.size();
    append_value(out, event, step);
    if (out.size() == from) {
        out.append(std::string_view(absent_).substr(0, room));
        return;
    }
    cut_text(out, from, room);
    make_safe(out, from, step);
    if (out.size() - from <= room) return;
    out.truncate(from);
    append_value(out, event, step);
    cut_text(out, from, room / longest_escape);
    make_safe(out, from, step);
}

void LineFormat::append(TextBuffer& out, const Event& event) const {
    const std::size_t begin = out.size();
    std::size_t literals_to_come = least_size_;
    for (const LineStep& step : steps_) {
        out.append(step.literal);
        literals_to_come -= step.literal.size();
        if (!step.has_field()) continue;
        const std::size_t used = out.size() - begin + literals_to_come;
        append_field(out, event, step, used < max_event_bytes ? max_event_bytes - used : 0);
    }
}

}  // namespace tapferry
