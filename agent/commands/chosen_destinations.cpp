#include "agent/commands/chosen_destinations.h"

#include <algorithm>
#include <string_view>

#include "agent/commands/command_options.h"
#include "agent/commands/commands.h"

namespace tapferry {

std::vector<DestinationConfig> chosen_destinations(const Config& config,
                                                   const std::vector<std::string>& names) {
    std::vector<DestinationConfig> destinations;
    std::vector<std::string_view> known;
    for (const auto& destination : config.destinations) {
        known.push_back(destination.name);
        const bool named = std::ranges::find(names, destination.name) != names.end();
        if (named || (names.empty() && destination.enabled)) destinations.push_back(destination);
    }
    for (const auto& name : names)
        if (std::ranges::find(known, name) == known.end())
            throw WrongUsage(no_such("destination", name, known));
    if (destinations.empty()) throw WrongUsage("no destination is enabled in the configuration");
    return destinations;
}

}  // namespace tapferry
