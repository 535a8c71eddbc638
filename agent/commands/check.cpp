#include <iostream>

#include "agent/commands/commands.h"
#include "agent/config/config.h"

namespace tapferry {

namespace {

// A directory that is missing now may be there when the agent starts, so this is no fault.
void tell_missing(const char* what, const std::string& name, const std::string& path) {
    const auto directory = std::filesystem::path(path).parent_path();
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error))
        std::cerr << "note: " << what << " " << name << ": the directory " << directory.string()
                  << " is not there on this host\n";
}

}  // namespace

int check_command(const CheckArguments& arguments) {
    if (arguments.list_keys) {
        for (const auto& key : known_keys()) std::cout << key << '\n';
        return 0;
    }
    const Config config = read_config(arguments.config);
    for (const auto& warning : config.warnings) std::cerr << "warning: " << to_line(warning) << '\n';
    std::cout << arguments.config << " is sound\n";
    for (const auto& input : config.unix_inputs) tell_missing("input", input.name, input.path);
    for (const auto& destination : config.destinations)
        if (destination.type == "file") tell_missing("destination", destination.name, destination.where);
    for (const auto& input : config.unix_inputs)
        std::cout << "input " << input.name << ": unix socket " << input.path << '\n';
    for (const auto& destination : config.destinations)
        std::cout << "destination " << destination.name << ": " << destination.format_name << " by "
                  << destination.type << " to " << destination.where
                  << (destination.enabled ? "" : " (not enabled)") << '\n';
    return 0;
}

}  // namespace tapferry
