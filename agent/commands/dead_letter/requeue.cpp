#include <cerrno>
#include <iostream>
#include <stdexcept>
#include <system_error>

#include "agent/admin/fetch.h"
#include "agent/commands/commands.h"
#include "agent/commands/count_words.h"
#include "agent/commands/dead_letter/dead_letter_commands.h"

namespace tapferry {

namespace {

void tell(const std::string& destination, std::uint64_t letters, const char* when) {
    std::cerr << "tapferry: " << destination << ": ";
    if (letters == 0)
        std::cerr << "there are no dead letters\n";
    else
        std::cerr << counted(letters, "letter") << (letters == 1 ? " is" : " are") << " sent again" << when
                  << '\n';
}

void requeue_alone(const LetterPlace& place) {
    if (!waiting_files(place.directory).empty())
        throw std::runtime_error(
            place.destination + ": letters wait to be sent again already; they are sent when the agent runs");
    const std::uint64_t letters = count_letters(kept_files(place.directory)).letters;
    if (!requeue_letters(place.directory))
        throw std::system_error(errno, std::generic_category(), place.directory.string());
    tell(place.destination, letters, " when the agent starts");
}

}  // namespace

int dead_letter_requeue_command(const DeadLetterArguments& arguments) {
    if (arguments.all == !arguments.destinations.empty())
        throw WrongUsage("name the destinations, or give --all for every one that is configured");
    LetterPlaces places = find_letters(arguments);
    if (arguments.all)
        std::erase_if(places.destinations, [](const LetterPlace& place) { return !place.configured; });
    for (const auto& place : places.destinations)
        if (!place.configured)
            throw WrongUsage(place.destination +
                             " is not configured, or not enabled: nothing can be sent to it");
    int status = 0;
    LetterPlaces alone{places.state, {}};
    for (const auto& place : places.destinations) {
        const auto answer = give_order(places.state, RouteOrder::requeue, place.destination);
        if (!answer) {
            alone.destinations.push_back(place);
        } else if (answer->result == OrderAnswer::Result::done) {
            tell(place.destination, answer->count, " now");
        } else {
            std::cerr << "tapferry: " << place.destination << ": " << answer->words << '\n';
            status = 1;
        }
    }
    if (!alone.destinations.empty()) without_agent(alone, "requeue", requeue_alone);
    return status;
}

}  // namespace tapferry
