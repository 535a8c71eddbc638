// Options that several commands share, declared in one place so that they are the same everywhere. Used by
// command_line.cpp; the objects must outlive the App's parsing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/commands/report_format.h"
#include "agent/commands/show_options.h"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace tapferry {

// A command below `app`; `chosen` becomes `run` when it is asked for. What stands behind it may be an option
// of `app`, --config for one.
CLI::App& add_command(CLI::App& app, const char* name, const char* what, std::function<int()>& chosen,
                      std::function<int()> run);
// --state-directory
void add_state_directory_option(CLI::App&, std::string& directory);
// --format text|json, of what is told
void add_report_format_option(CLI::App&, ReportFormat& format, const char* what = "Format");
// --output, --line, --option
void add_format_options(CLI::App&, FormatArguments&);
// --where, --messages, --qname-suffix, --identity, --filter
void add_filter_options(CLI::App&, FilterArguments&);
// --count
void add_count_option(CLI::App&, std::uint64_t& count);

// Refuses what is no number above 0, and says what is `otherwise`.
CLI::Validator from_one_on(std::string_view otherwise);

// "there is no format "jsno"; did you mean "json"? There are …"
std::string no_such(std::string_view kind, std::string_view word, const std::vector<std::string_view>& known);
// The option of `app` that was probably meant, "--where"; empty when none is near.
std::string nearest_option(const CLI::App& app, std::string_view word);

}  // namespace tapferry
