#include "encoders/text_line.h"

#include <algorithm>
#include <stdexcept>

#include "encoders/escape.h"

namespace tapferry {
namespace {

// What dnstap-read prints.
constexpr std::string_view default_format =
    "%{bind_time} %{short_type} %{src}:%{src_port} %{arrow} %{dst}:%{dst_port} %{protocol} %{bytes}b "
    "%{qname}/%{qclass}/%{qtype}";

std::string unknown_field(std::string_view name) {
    std::string error = "unknown field %{";
    error.append(name).append("}, did you mean %{").append(nearest_event_field(name)).append("}? Known are ");
    std::string_view before;
    for (const EventField& field : event_fields()) {
        error.append(before).append(field.name);
        before = ", ";
    }
    return error;
}

bool is_printable(char c) {
    return c >= 0x20 && c <= 0x7E;
}

// Letters, digits and the other characters of names do not separate anything.
bool separates(char c) {
    constexpr std::string_view of_names = "-_*/+:~.\\";
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !alphanumeric && of_names.find(c) == std::string_view::npos;
}

std::string separators_of(const std::vector<TextStep>& steps) {
    std::string separators = " ";
    for (const TextStep& step : steps) {
        for (const char c : step.literal) {
            if (separates(c) && separators.find(c) == std::string::npos) separators.push_back(c);
        }
    }
    return separators;
}

}  // namespace

std::variant<std::vector<TextStep>, std::string> parse_text_format(std::string_view format) {
    if (format.empty()) format = default_format;
    if (!std::all_of(format.begin(), format.end(), is_printable))
        return "only printable ASCII can stand in a line";
    std::vector<TextStep> steps(1);
    while (!format.empty()) {
        if (format.starts_with("%%")) {
            steps.back().literal.push_back('%');
            format.remove_prefix(2);
        } else if (format.starts_with("%{")) {
            const std::size_t end = format.find('}');
            if (end == std::string_view::npos) return "a %{ without its }";
            const std::string_view name = format.substr(2, end - 2);
            const EventField* field = find_event_field(name);
            if (field == nullptr) return unknown_field(name);
            steps.back().field = field;
            steps.emplace_back();
            format.remove_prefix(end + 1);
        } else {
            steps.back().literal.push_back(format.front());
            format.remove_prefix(1);
        }
    }
    return steps;
}

TextLineEncoder::TextLineEncoder(const TextOptions& options) {
    auto parsed = parse_text_format(options.format);
    if (const auto* error = std::get_if<std::string>(&parsed)) throw std::invalid_argument(*error);
    steps_ = std::get<std::vector<TextStep>>(std::move(parsed));
    separators_ = separators_of(steps_);
}

void TextLineEncoder::encode(const Event& event, RecordBuffer& records) {
    TextBuffer& out = records.open(event);
    for (const TextStep& step : steps_) {
        out.append(step.literal);
        if (step.field == nullptr) continue;
        const std::size_t from = out.size();
        step.field->append(out, event);
        if (out.size() == from) {
            out.push_back('-');
        } else if (step.field->free_text) {
            escape_listed(out, from, separators_);
        }
    }
    records.close(event);
}

}  // namespace tapferry
