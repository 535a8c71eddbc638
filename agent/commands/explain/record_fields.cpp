#include "agent/commands/explain/record_fields.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace tapferry {

namespace {

using Fields = std::vector<RecordField>;

// Members of an object and elements of an array are fields of their own; an empty one of either is a value.
class JsonWalker {
  public:
    JsonWalker(std::string_view text, Fields& fields) : text_(text), fields_(fields) {}

    void value(const std::string& path) {
        if (at_ >= text_.size()) return;
        if (is_next('{') && !empty('}')) {
            ++at_;
            members(path);
        } else if (is_next('[') && !empty(']')) {
            ++at_;
            elements(path);
        } else if (is_next('"')) {
            fields_.push_back({path, string()});
        } else {
            fields_.push_back({path, std::string(scalar())});
        }
    }

  private:
    [[nodiscard]] bool is_next(char c) const { return at_ < text_.size() && text_[at_] == c; }
    [[nodiscard]] bool empty(char close) const { return at_ + 1 < text_.size() && text_[at_ + 1] == close; }

    void skip_spaces() {
        while (is_next(' ')) ++at_;
    }
    void members(const std::string& path) {
        while (is_next('"')) {
            const std::string name = string();
            ++at_;  // the colon
            skip_spaces();
            value(path.empty() ? name : path + "." + name);
            if (at_ >= text_.size() || text_[at_++] != ',') return;
            skip_spaces();
        }
    }
    void elements(const std::string& path) {
        for (std::size_t index = 0; at_ < text_.size(); ++index) {
            value(path + "[" + std::to_string(index) + "]");
            if (at_ >= text_.size() || text_[at_++] != ',') return;
            skip_spaces();
        }
    }
    std::string string() {
        const std::size_t from = ++at_;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        at_ = std::min(at_, text_.size());
        return std::string(text_.substr(from, at_++ - from));
    }
    std::string_view scalar() {
        const std::size_t from = at_;
        if (is_next('{') || is_next('[')) {
            at_ += 2;
        } else {
            at_ = std::min(text_.find_first_of(",}]", at_), text_.size());
            if (at_ == from) ++at_;
        }
        return text_.substr(from, at_ - from);
    }

    std::string_view text_;
    Fields& fields_;
    std::size_t at_ = 0;
};

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    for (std::size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
        parts.push_back(text.substr(0, at));
        text.remove_prefix(at + separator.size());
    }
    parts.push_back(text);
    return parts;
}

// Takes the `count` fields of a header from the front, up to bars that no backslash stands before.
void take_header(std::string_view& text, const std::vector<std::string_view>& names, Fields& fields) {
    for (const auto name : names) {
        std::size_t end = 0;
        while (end < text.size() && text[end] != '|') end += text[end] == '\\' ? 2 : 1;
        end = std::min(end, text.size());
        fields.push_back({"header " + std::string(name), std::string(text.substr(0, end))});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

// A key goes from the last space to a "=" that no backslash stands before.
Fields cef_extension(std::string_view text) {
    Fields fields;
    std::size_t value = 0;
    for (std::size_t at = 0; at < text.size(); at += text[at] == '\\' ? 2 : 1) {
        if (text[at] != '=') continue;
        const std::size_t space = text.rfind(' ', at);
        const std::size_t key = space == std::string_view::npos ? 0 : space + 1;
        if (!fields.empty()) fields.back().value = text.substr(value, std::max(key, value + 1) - 1 - value);
        fields.push_back({std::string(text.substr(key, at - key)), {}});
        value = at + 1;
    }
    if (!fields.empty()) fields.back().value = text.substr(std::min(value, text.size()));
    return fields;
}

// "cs1Label=DnsQueryType cs1=A" is one field, "cs1 DnsQueryType".
void join_labels(Fields& fields) {
    std::map<std::string, std::string> labels;
    for (const auto& field : fields)
        if (field.key.ends_with("Label")) labels[field.key.substr(0, field.key.size() - 5)] = field.value;
    std::erase_if(fields, [](const auto& field) { return field.key.ends_with("Label"); });
    for (auto& field : fields)
        if (const auto label = labels.find(field.key); label != labels.end())
            field.key += " " + label->second;
}

Fields cef_fields(std::string_view text) {
    Fields fields;
    take_header(text, {"version", "vendor", "product", "product version", "class", "name", "severity"},
                fields);
    Fields extension = cef_extension(text);
    join_labels(extension);
    fields.insert(fields.end(), extension.begin(), extension.end());
    return fields;
}

Fields leef_fields(std::string_view text) {
    Fields fields;
    const bool second = text.starts_with("LEEF:2");
    take_header(text, {"version", "vendor", "product", "product version", "event id"}, fields);
    if (second && text.find('|') < text.find('=')) take_header(text, {"delimiter"}, fields);
    for (const auto part : split(text, "\t")) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        fields.push_back({std::string(part.substr(0, equals)), std::string(part.substr(equals + 1))});
    }
    return fields;
}

Fields passivedns_fields(std::string_view text) {
    constexpr std::string_view names[] = {"time", "client", "server", "class", "name",
                                          "type", "rdata",  "ttl",    "count"};
    Fields fields;
    for (const auto part : split(text, "||"))
        fields.push_back({fields.size() < std::size(names) ? std::string(names[fields.size()]) : "more",
                          std::string(part)});
    return fields;
}

std::string unquoted(std::string_view value) {
    const bool quoted = value.size() >= 2 && value.front() == '\'' && value.back() == '\'';
    return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

// A mapping's path follows from the indentation; a text of several lines is one field.
Fields yaml_fields(std::string_view text) {
    Fields fields;
    std::vector<std::pair<std::size_t, std::string>> parents;
    std::size_t item = 0;
    bool in_text = false;
    for (const auto line : split(text, "\n")) {
        const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
        if (in_text && line.starts_with("    ")) {
            fields.back().value +=
                std::string(fields.back().value.empty() ? "" : "\\n") + std::string(line.substr(4));
            continue;
        }
        in_text = false;
        std::string_view rest = line.substr(indent);
        if (rest.empty() || rest == "---" || rest.starts_with('#')) continue;
        while (!parents.empty() && parents.back().first >= indent) parents.pop_back();
        std::string path;
        for (const auto& [column, name] : parents) path += (path.empty() ? "" : ".") + name;
        if (rest.starts_with("- ")) {
            fields.push_back({path + "[" + std::to_string(item++) + "]", unquoted(rest.substr(2))});
            continue;
        }
        item = 0;
        const std::size_t colon = rest.find(':');
        const std::string name = unquoted(rest.substr(0, colon));
        std::string_view value = colon + 2 < rest.size() ? rest.substr(colon + 2) : std::string_view();
        in_text = value == "|";
        if (value.starts_with("!!timestamp ")) value.remove_prefix(sizeof "!!timestamp");
        path += (path.empty() ? "" : ".") + name;
        if (!value.empty()) fields.push_back({path, in_text ? std::string() : unquoted(value)});
        parents.emplace_back(indent, name);
    }
    return fields;
}

Fields dig_fields(std::string_view text) {
    Fields fields;
    std::string section;
    std::size_t index = 0;
    for (const auto line : split(text, "\n")) {
        constexpr std::string_view title_end = "SECTION:";
        if (line.starts_with(";; ") && line.ends_with(title_end)) {
            section = line.substr(3, line.size() - 3 - title_end.size());
            while (section.ends_with(' ')) section.pop_back();
            index = 0;
        } else if (fields.empty()) {
            fields.push_back({"line", std::string(line)});
        } else if (line.starts_with(";; ->>")) {
            fields.push_back({"header", std::string(line)});
        } else if (line.starts_with(";; flags")) {
            fields.push_back({"flags", std::string(line)});
        } else if (!line.empty()) {
            const std::string key = section.empty() ? "text" : section;
            fields.push_back({key + "[" + std::to_string(index++) + "]", std::string(line)});
        }
    }
    return fields;
}

Fields lines(std::string_view text) {
    Fields fields;
    for (const auto line : split(text, "\n"))
        fields.push_back({fields.empty() ? "line" : "hex", std::string(line)});
    return fields;
}

}  // namespace

Fields fields_of_record(std::string_view format, std::string_view record) {
    if (format == "yaml") return yaml_fields(record);
    if (format == "dig") return dig_fields(record);
    if (record.starts_with('{')) {
        Fields fields;
        JsonWalker(record, fields).value("");
        return fields;
    }
    if (record.starts_with("CEF:")) return cef_fields(record);
    if (record.starts_with("LEEF:")) return leef_fields(record);
    if (record.find("||") != std::string_view::npos) return passivedns_fields(record);
    return lines(record);
}

std::string without_indexes(std::string_view key) {
    std::string bare;
    bool inside = false;
    for (const char c : key) {
        if (c == ']') inside = false;
        if (!inside) bare.push_back(c);
        if (c == '[') inside = true;
    }
    return bare;
}

std::size_t index_in(std::string_view key) {
    std::size_t index = 0;
    for (std::size_t at = std::min(key.find('['), key.size()) + 1; at < key.size() && key[at] != ']'; ++at)
        index = index * 10 + static_cast<std::size_t>(key[at] - '0');
    return index;
}

}  // namespace tapferry
