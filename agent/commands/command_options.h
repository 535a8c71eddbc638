// Options that several commands share, declared in one place so that they are the same everywhere. Used by
// command_line.cpp; the objects must outlive the App's parsing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/commands/show_options.h"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace tapferry {

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
