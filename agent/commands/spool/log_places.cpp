#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "agent/commands/command_options.h"
#include "agent/commands/commands.h"
#include "agent/commands/spool/spool_commands.h"
#include "agent/config/config.h"
#include "agent/spool/disk.h"

namespace tapferry {

const DestinationPlace* LogPlaces::find(const std::string& name) const {
    const auto found = std::ranges::find(destinations, name, &DestinationPlace::name);
    return found == destinations.end() ? nullptr : &*found;
}

LogPlaces find_log(const SpoolArguments& arguments) {
    std::filesystem::path state = arguments.state_directory;
    std::map<std::string, bool> names;  // and whether they are configured
    const bool all = !state.empty();
    if (!all) {
        const Config config = read_outline(arguments.config);
        state = config.state_directory;
        for (const auto& destination : config.destinations)
            if (destination.enabled) names[destination.name] = true;
    }
    LogPlaces places;
    places.spool = state / "spool";
    if (::access(places.spool.c_str(), R_OK | X_OK) != 0)
        throw std::runtime_error(places.spool.string() +
                                 " cannot be read: " + std::generic_category().message(errno) +
                                 "; has the agent run, and are you root or its user?");
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(state / "positions", ignored))
        if (entry.is_regular_file(ignored)) names.emplace(entry.path().filename().string(), all);
    for (const auto& [name, configured] : names) {
        const auto file = state / "positions" / name;
        places.destinations.push_back({name, file, read_saved_position(file, posix_disk()), configured});
    }
    return places;
}

const DestinationPlace& find_destination(const LogPlaces& places, const std::string& name) {
    if (const DestinationPlace* found = places.find(name)) return *found;
    std::vector<std::string_view> known;
    for (const auto& destination : places.destinations) known.push_back(destination.name);
    throw WrongUsage(no_such("destination", name, known));
}

}  // namespace tapferry
