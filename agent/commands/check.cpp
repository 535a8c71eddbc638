#include <iostream>

#include "agent/commands/commands.h"
#include "agent/config/config.h"

namespace tapferry {

int check_command(const CheckArguments& arguments) {
    if (arguments.list_keys) {
        for (const auto& key : known_keys()) std::cout << key << '\n';
        return 0;
    }
    const Config config = read_config(arguments.config);
    std::cout << arguments.config << " is sound\n";
    for (const auto& input : config.unix_inputs)
        std::cout << "input " << input.name << ": unix socket " << input.path << '\n';
    for (const auto& destination : config.destinations)
        std::cout << "destination " << destination.name << ": " << destination.format_name << " by "
                  << destination.type << " to " << destination.where
                  << (destination.enabled ? "" : " (not enabled)") << '\n';
    return 0;
}

}  // namespace tapferry
