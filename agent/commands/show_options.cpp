#include "agent/commands/show_options.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "agent/commands/commands.h"
#include "agent/commands/terminal.h"
#include "agent/config/document.h"
#include "agent/config/read_format.h"
#include "agent/config/read_stages.h"

namespace tapferry {

namespace {

Setting text_setting(std::string text) {
    Setting setting;
    setting.value = std::move(text);
    return setting;
}

Setting texts_setting(const std::vector<std::string>& texts) {
    SettingArray array;
    for (const auto& text : texts) array.push_back(text_setting(text));
    Setting setting;
    setting.value = std::move(array);
    return setting;
}

void set(Setting& table, const std::string& key, Setting value) {
    std::get<SettingTable>(table.value).insert_or_assign(key, std::move(value));
}

void add_keys(Setting& table, const std::vector<std::string>& keys, const std::string& option,
              std::vector<ConfigFault>& faults) {
    for (const auto& key : keys) {
        std::vector<ConfigFault> twice;
        merge_documents(table, read_setting(key, option, faults), "", twice);
        for (const auto& fault : twice)
            faults.push_back({option, 0, 0, "", "\"" + fault.key + "\" is given more than once"});
    }
}

// "filter.where" of a destination is --where of a command.
std::string as_option(std::string_view key, const std::string& format) {
    const auto below = [&](std::string_view table) {
        return key.starts_with(table) && key.size() > table.size() && key[table.size()] == '.';
    };
    if (key == "filter.where") return "--where";
    if (key == "filter.messages") return "--messages";
    if (key == "filter.qname_suffix") return "--qname-suffix";
    if (key == "filter.identity_regex") return "--identity";
    if (key == "text.line" || key == "template.line") return "--line";
    if (below("filter")) return "--filter " + std::string(key.substr(sizeof "filter"));
    if (below(format)) return "--option " + std::string(key.substr(format.size() + 1));
    return std::string(key);
}

[[noreturn]] void refuse(const std::vector<ConfigFault>& faults, const std::string& format) {
    const bool for_a_person = errors_go_to_terminal();
    std::string words;
    for (const auto& fault : faults) {
        if (!words.empty()) words += "\ntapferry: ";
        words +=
            to_line({fault.key.empty() ? fault.file : as_option(fault.key, format), 0, 0, "", fault.text});
        if (for_a_person && !fault.excerpt.empty()) words += "\n" + fault.excerpt;
    }
    throw WrongUsage(words);
}

// What stands between the commas, were it nothing.
std::vector<std::string> split_at_commas(const std::vector<std::string>& texts) {
    std::vector<std::string> parts;
    for (std::string_view text : texts) {
        for (std::size_t comma = 0; (comma = text.find(',')) != std::string_view::npos;) {
            parts.emplace_back(text.substr(0, comma));
            text.remove_prefix(comma + 1);
        }
        parts.emplace_back(text);
    }
    return parts;
}

Setting filter_setting(const FilterArguments& arguments, std::vector<ConfigFault>& faults) {
    Setting filter;
    add_keys(filter, arguments.keys, "--filter", faults);
    if (!arguments.where.empty()) set(filter, "where", text_setting(arguments.where));
    if (!arguments.messages.empty())
        set(filter, "messages", texts_setting(split_at_commas(arguments.messages)));
    if (!arguments.qname_suffix.empty()) set(filter, "qname_suffix", texts_setting(arguments.qname_suffix));
    if (!arguments.identity.empty()) set(filter, "identity_regex", text_setting(arguments.identity));
    // A capture is looked at as a whole, whatever a destination would make of it.
    if (!std::get<SettingTable>(filter.value).contains("messages"))
        set(filter, "messages", texts_setting({"all"}));
    return filter;
}

Setting format_setting(const FormatArguments& arguments, std::vector<ConfigFault>& faults) {
    Setting options;
    add_keys(options, arguments.options, "--option", faults);
    if (!arguments.line.empty()) {
        if (arguments.output != "text" && arguments.output != "template")
            throw WrongUsage("--line goes with --output text and template");
        set(options, "line", text_setting(arguments.line));
    }
    return options;
}

struct Attempt {
    ShowOptions options;
    std::vector<ConfigFault> faults;
    std::vector<ConfigFault> warnings;
};

Attempt read_once(const FormatArguments& format, const FilterArguments& filter) {
    ConfigReading reading;
    Setting destination;
    set(destination, "format", text_setting(format.output));
    set(destination, format.output, format_setting(format, reading.faults));
    set(destination, "filter", filter_setting(filter, reading.faults));
    Section section(&destination, "", "", reading);
    DestinationConfig config;
    config.type = "stdout";
    read_format(section, config);
    read_stages(section, config);
    return {{std::move(config.format), std::move(config.stages)},
            std::move(reading.faults),
            std::move(reading.warnings)};
}

// "version=1.9" is a number to TOML, and text to whoever typed it: what has a fault as it stands is tried as
// text too.
void quote(std::vector<std::string>& keys, const std::string& table, const std::vector<ConfigFault>& faults) {
    for (std::string& key : keys) {
        const auto equals = key.find('=');
        if (equals == std::string::npos || key.find_first_of("'\"[{", equals) != std::string::npos) continue;
        const std::string name = table + "." + key.substr(0, key.find_last_not_of(' ', equals - 1) + 1);
        if (std::any_of(faults.begin(), faults.end(),
                        [&](const ConfigFault& fault) { return fault.key == name; }))
            key = key.substr(0, equals + 1) + "'" + key.substr(equals + 1) + "'";
    }
}

}  // namespace

ShowOptions read_show_options(const FormatArguments& format, const FilterArguments& filter) {
    Attempt attempt = read_once(format, filter);
    if (!attempt.faults.empty()) {
        FormatArguments format_in_quotes = format;
        FilterArguments filter_in_quotes = filter;
        quote(format_in_quotes.options, format.output, attempt.faults);
        quote(filter_in_quotes.keys, "filter", attempt.faults);
        Attempt other = read_once(format_in_quotes, filter_in_quotes);
        // As text it may be wrong as well, and then of text is to be said what is right.
        const auto wants_text = [](const ConfigFault& fault) {
            return fault.text == "must be a text in quotes";
        };
        if (other.faults.size() < attempt.faults.size() ||
            (other.faults.size() == attempt.faults.size() &&
             std::any_of(attempt.faults.begin(), attempt.faults.end(), wants_text)))
            attempt = std::move(other);
    }
    if (!attempt.faults.empty()) refuse(attempt.faults, format.output);
    for (const auto& warning : attempt.warnings) std::cerr << "tapferry: " << to_line(warning) << '\n';
    return std::move(attempt.options);
}

StageOptions read_filter_options(const FilterArguments& filter) {
    return read_show_options({}, filter).stages;
}

}  // namespace tapferry
