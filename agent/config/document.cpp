#include "agent/config/document.h"

#include <toml++/toml.h>
#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace tapferry {

namespace {

Setting convert(const toml::node& node, const std::string& file) {
    Setting setting;
    setting.file = file;
    setting.line = node.source().begin.line;
    setting.column = node.source().begin.column;
    if (const auto* table = node.as_table()) {
        SettingTable values;
        for (const auto& [key, value] : *table) {
            Setting child = convert(value, file);
            if (child.line == 0) {  // a table that exists only through its children
                child.line = key.source().begin.line;
                child.column = key.source().begin.column;
            }
            values.emplace(std::string{key.str()}, std::move(child));
        }
        setting.value = std::move(values);
    } else if (const auto* array = node.as_array()) {
        SettingArray values;
        for (const auto& value : *array) values.push_back(convert(value, file));
        setting.value = std::move(values);
    } else if (const auto* text = node.as_string()) {
        setting.value = text->get();
    } else if (const auto* integer = node.as_integer()) {
        setting.value = integer->get();
    } else if (const auto* real = node.as_floating_point()) {
        setting.value = real->get();
    } else if (const auto* flag = node.as_boolean()) {
        setting.value = flag->get();
    } else {
        std::ostringstream date;
        date << toml::node_view<const toml::node>{node};
        setting.value = date.str();
    }
    return setting;
}

// Keys of thousands of parts make tables so deep that taking them apart ends the stack. No key has more than
// a few.
constexpr unsigned max_dots_a_line = 100;

// The number of the first line with more dots outside of quotes than any key has, or 0.
unsigned line_too_deep(std::string_view text) {
    unsigned line = 1;
    unsigned dots = 0;
    char quote = 0;
    for (const char c : text) {
        if (c == '\n') {
            ++line;
            dots = 0;
            quote = 0;
        } else if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '.' && ++dots > max_dots_a_line) {
            return line;
        }
    }
    return 0;
}

}  // namespace

Setting read_document(const std::filesystem::path& file, std::vector<ConfigFault>& faults) {
    Setting empty;
    empty.file = file.string();
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) {
        faults.push_back({file.string(), 0, 0, "", "is a directory, not a configuration file"});
        return empty;
    }
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        faults.push_back({file.string(), 0, 0, "", std::string("cannot be read: ") + std::strerror(errno)});
        return empty;
    }
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (const unsigned line = line_too_deep(text)) {
        faults.push_back({file.string(), line, 1, "", "this line has a key of more parts than any key has"});
        return empty;
    }
    try {
        return convert(toml::parse(text, file.string()), file.string());
    } catch (const toml::parse_error& bad) {
        faults.push_back({file.string(), bad.source().begin.line, bad.source().begin.column, "",
                          "this is not TOML: " + std::string{bad.description()}});
        return empty;
    }
}

Setting read_setting(std::string_view text, const std::string& name, std::vector<ConfigFault>& faults) {
    Setting empty;
    empty.file = name;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0 || line_too_deep(text) != 0 ||
        text.find_first_of("\r\n") != std::string_view::npos) {
        faults.push_back({name, 0, 0, "", "\"" + std::string{text} + "\" is not KEY=VALUE"});
        return empty;
    }
    const auto as_toml = [&](std::string_view line) { return convert(toml::parse(line, name), name); };
    try {
        return as_toml(text);
    } catch (const toml::parse_error&) {
        std::string_view value = text.substr(equals + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        if (value.find('\'') == std::string_view::npos) {
            try {
                std::string quoted{text.substr(0, equals + 1)};
                return as_toml(quoted.append("'").append(value).append("'"));
            } catch (const toml::parse_error&) {
                // told below
            }
        }
        faults.push_back({name, 0, 0, "", "\"" + std::string{text} + "\" cannot be read as KEY=VALUE"});
        return empty;
    }
}

void merge_documents(Setting& base, Setting extra, const std::string& path,
                     std::vector<ConfigFault>& faults) {
    auto& into = std::get<SettingTable>(base.value);
    for (auto& [key, value] : std::get<SettingTable>(extra.value)) {
        const std::string here = path.empty() ? key : path + "." + key;
        const auto found = into.find(key);
        if (found == into.end()) {
            into.emplace(key, std::move(value));
        } else if (std::holds_alternative<SettingTable>(found->second.value) &&
                   std::holds_alternative<SettingTable>(value.value)) {
            merge_documents(found->second, std::move(value), here, faults);
        } else {
            faults.push_back(
                {value.file, value.line, value.column, here,
                 "is given already in " + found->second.file + ":" + std::to_string(found->second.line)});
        }
    }
}

std::string canonical_text(const Setting& setting) {
    struct Writer {
        std::string operator()(const SettingTable& table) const {
            std::string text = "{";
            for (const auto& [key, value] : table) text += (*this)(key) + "=" + canonical_text(value) + ",";
            return text + "}";
        }
        std::string operator()(const SettingArray& array) const {
            std::string text = "[";
            for (const auto& value : array) text += canonical_text(value) + ",";
            return text + "]";
        }
        std::string operator()(const std::string& text) const {
            return std::to_string(text.size()) + ":" + text;  // by length: no text can look like two
        }
        std::string operator()(std::int64_t number) const { return "i" + std::to_string(number); }
        std::string operator()(double number) const { return "f" + std::to_string(number); }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    };
    return std::visit(Writer{}, setting.value);
}

}  // namespace tapferry
