#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "agent/commands/become_owner.h"
#include "agent/commands/command_options.h"
#include "agent/commands/commands.h"
#include "agent/commands/dead_letter/dead_letter_commands.h"
#include "agent/config/config.h"
#include "agent/spool/directory_lock.h"
#include "agent/spool/disk.h"
#include "agent/spool/spool.h"

namespace tapferry {

namespace {

void check_readable(const std::filesystem::path& state) {
    if (::access(state.c_str(), R_OK | X_OK) == 0) return;
    throw std::runtime_error(state.string() + " cannot be read: " + std::generic_category().message(errno) +
                             "; has the agent run, and are you root or its user?");
}

std::vector<LetterPlace> chosen(std::vector<LetterPlace> all, const std::vector<std::string>& names) {
    if (names.empty()) return all;
    std::vector<LetterPlace> some;
    for (const auto& name : names) {
        const auto found = std::ranges::find(all, name, &LetterPlace::destination);
        if (found == all.end()) {
            std::vector<std::string_view> known;
            for (const auto& place : all) known.push_back(place.destination);
            throw WrongUsage(no_such("destination", name, known));
        }
        if (std::ranges::find(some, name, &LetterPlace::destination) == some.end()) some.push_back(*found);
    }
    return some;
}

}  // namespace

LetterPlaces find_letters(const DeadLetterArguments& arguments) {
    LetterPlaces places;
    places.state = arguments.state_directory;
    std::map<std::string, bool> names;  // and whether they are configured
    const bool all = !arguments.state_directory.empty();
    if (!all) {
        const Config config = read_outline(arguments.config);
        places.state = config.state_directory;
        for (const auto& destination : config.destinations)
            if (destination.enabled) names[destination.name] = true;
    }
    check_readable(places.state);
    const auto letters = places.state / "dead-letter";
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(letters, ignored))
        if (entry.is_directory(ignored)) names.emplace(entry.path().filename().string(), all);
    std::vector<LetterPlace> found;
    for (const auto& [name, configured] : names) found.push_back({name, letters / name, configured});
    places.destinations = chosen(std::move(found), arguments.destinations);
    return places;
}

void read_letters(const std::vector<std::filesystem::path>& files, const LetterTaker& take) {
    std::string line;
    for (const auto& file : files) {
        LetterLines lines(file);
        while (lines.next(line)) take(parse_letter(line), line);
    }
}

void without_agent(const LetterPlaces& places, const std::string& what,
                   const std::function<void(const LetterPlace&)>& act) {
    become_owner_of(places.state);
    try {
        const DiskFile lock = lock_directory(places.state / "spool", posix_disk());
        for (const auto& place : places.destinations) act(place);
    } catch (const SpoolError& error) {
        throw std::runtime_error(
            std::string(error.what()) +
            ".\nAn agent is running and cannot be asked over its control socket: stop it "
            "(systemctl stop tapferry), " +
            what + ", and start it again");
    }
}

}  // namespace tapferry
