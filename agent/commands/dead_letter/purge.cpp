#include <cerrno>
#include <iostream>
#include <system_error>

#include "agent/admin/fetch.h"
#include "agent/commands/commands.h"
#include "agent/commands/count_words.h"
#include "agent/commands/dead_letter/dead_letter_commands.h"
#include "agent/commands/question.h"

namespace tapferry {

namespace {

std::uint64_t letters_of(const LetterPlace& place) {
    return count_letters(kept_files(place.directory)).letters +
           count_letters(waiting_files(place.directory)).letters;
}

bool ask(const LetterPlaces& places) {
    std::cerr << "This removes, for good:\n";
    for (const auto& place : places.destinations)
        std::cerr << "    " << place.destination << ": " << counted(letters_of(place), "letter") << '\n';
    return confirmed();
}

void tell(const std::string& destination, std::uint64_t letters) {
    std::cerr << "tapferry: " << destination << ": " << counted(letters, "letter") << " removed\n";
}

void purge_alone(const LetterPlace& place) {
    const std::uint64_t letters = letters_of(place);
    if (!remove_letters(place.directory))
        throw std::system_error(errno, std::generic_category(), place.directory.string());
    tell(place.destination, letters);
}

}  // namespace

int dead_letter_purge_command(const DeadLetterArguments& arguments) {
    if (arguments.all == !arguments.destinations.empty())
        throw WrongUsage("name the destinations, or give --all for every one that has letters");
    LetterPlaces places = find_letters(arguments);
    if (arguments.all)
        std::erase_if(places.destinations, [](const LetterPlace& place) { return letters_of(place) == 0; });
    if (places.destinations.empty()) {
        std::cerr << "tapferry: there are no dead letters\n";
        return 0;
    }
    if (!arguments.yes && !ask(places)) {
        std::cerr << "tapferry: nothing was removed\n";
        return 1;
    }
    int status = 0;
    LetterPlaces alone{places.state, {}};
    for (const auto& place : places.destinations) {
        const auto answer = give_order(places.state, RouteOrder::purge_letters, place.destination);
        if (!answer) {
            alone.destinations.push_back(place);
        } else if (answer->result == OrderAnswer::Result::done) {
            tell(place.destination, answer->count);
        } else if (answer->result == OrderAnswer::Result::unknown) {
            purge_alone(place);  // the agent writes to no such destination
        } else {
            std::cerr << "tapferry: " << place.destination << ": " << answer->words << '\n';
            status = 1;
        }
    }
    if (!alone.destinations.empty()) without_agent(alone, "purge", purge_alone);
    return status;
}

}  // namespace tapferry
