#include "agent/commands/command_options.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "agent/config/values.h"
#include "agent/stages/expression_fields.h"
#include "encoders/make_encoder.h"

namespace tapferry {

namespace {

// One option that may be given several times, one value each.
CLI::Option* add_repeatable(CLI::App& app, const char* names, std::vector<std::string>& values,
                            const char* value, const char* what) {
    return app.add_option(names, values, what)->allow_extra_args(false)->type_name(value);
}

// Names behind a word, in lines of bounded length.
std::string in_lines(std::string text, const std::vector<std::string_view>& names) {
    constexpr std::size_t longest = 90;
    std::size_t line = text.size();
    for (const auto name : names) {
        if (line + name.size() + 1 > longest) {
            text += "\n        ";
            line = sizeof "        " - 1;
        }
        text.append(" ").append(name);
        line += name.size() + 1;
    }
    return text;
}

std::string fields_in_lines() {
    auto names = compared_fields();
    names.push_back("labels.NAME");
    return in_lines("Fields for --where, tapferry-filter(7):", names);
}

// Several could mean any of them as well as all.
void take_where(const std::vector<std::string>& all, FilterArguments& filter) {
    if (all.size() > 1)
        throw CLI::ValidationError("--where", "takes one expression; join several in it: '(" + all[0] +
                                                  ") and (" + all[1] + ")', or with \"or\"");
    filter.where = all.front();
}

// In any case, as the words of a configuration.
std::string fault_of_format(std::string& name) {
    name = lower_case(name);
    return default_format(name) ? std::string() : no_such("format", name, format_names());
}

}  // namespace

CLI::Validator from_one_on(std::string_view otherwise) {
    return {[otherwise](std::string& text) {
                const bool digits =
                    !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
                const bool above_0 = text.find_first_not_of('0') != std::string::npos;
                return digits && above_0
                           ? std::string()
                           : "\"" + text + "\" is not a number from 1 on; " + std::string(otherwise);
            },
            ""};
}

CLI::App& add_command(CLI::App& app, const char* name, const char* what, std::function<int()>& chosen,
                      std::function<int()> run) {
    CLI::App& sub = *app.add_subcommand(name, what);
    sub.fallthrough();
    sub.callback([&chosen, run = std::move(run)] { chosen = run; });
    return sub;
}

void add_state_directory_option(CLI::App& app, std::string& directory) {
    app.add_option("--state-directory", directory, "In place of the configuration's")->type_name("DIR");
}

// CLI11's own mapping of words to enumerators takes their numbers too.
void add_report_format_option(CLI::App& app, ReportFormat& format, const char* what) {
    app.add_option_function<std::string>(
           "--format",
           [&format](const std::string& word) {
               format = word == "json" ? ReportFormat::json : ReportFormat::text;
           },
           what)
        ->check(CLI::IsMember({"text", "json"}))
        ->default_str("text");
}

void add_format_options(CLI::App& app, FormatArguments& format) {
    app.footer(in_lines("Formats:", format_names()) + "\n" + app.get_footer());
    app.add_option("-o,--output", format.output, "Format, one of those below")
        ->transform(CLI::Validator(fault_of_format, ""))
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_option("--line", format.line, "For text: literal text and %{field}; for template: with {field}")
        ->type_name("TEXT");
    add_repeatable(app, "--option", format.options, "KEY=VALUE",
                   "A key of the format's table in the configuration, as version=1.9; may be repeated");
}

void add_filter_options(CLI::App& app, FilterArguments& filter) {
    app.footer(fields_in_lines() + "\n" + app.get_footer());
    app.add_option_function<std::vector<std::string>>(
           "-w,--where", [&filter](const std::vector<std::string>& all) { take_where(all, filter); },
           "Only what the expression holds for: 'rcode == \"NXDOMAIN\"'")
        ->allow_extra_args(false)
        ->type_name("EXPR");
    add_repeatable(app, "--messages", filter.messages, "TYPES",
                   "Only these types, with commas between: CLIENT_RESPONSE, CR …");
    add_repeatable(app, "--qname-suffix", filter.qname_suffix, "DOMAIN",
                   "Only names at or below it; may be repeated");
    app.add_option("--identity", filter.identity, "Only of servers whose identity it matches")
        ->type_name("PATTERN");
    add_repeatable(app, "--filter", filter.keys, "KEY=VALUE",
                   "A key of a destination's filter table; may be repeated");
}

void add_count_option(CLI::App& app, std::uint64_t& count) {
    app.add_option("-n,--count", count, "End after so many events")
        ->type_name("N")
        ->check(from_one_on("without it, all are shown"));
}

std::string no_such(std::string_view kind, std::string_view word,
                    const std::vector<std::string_view>& known) {
    std::string text = "there is no ";
    text.append(kind).append(" \"").append(word).append("\"");
    const auto near = nearest(word, known);
    text += near.empty() ? "." : "; did you mean \"" + std::string(near) + "\"?";
    return text + " There are " + list_of(known) + ".";
}

std::string nearest_option(const CLI::App& app, std::string_view word) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    const std::string_view near =
        nearest(word.substr(0, word.find('=')), std::vector<std::string_view>(names.begin(), names.end()));
    return std::string(near);
}

}  // namespace tapferry
