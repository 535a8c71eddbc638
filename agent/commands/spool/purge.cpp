#include <algorithm>
#include <cerrno>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "agent/admin/fetch.h"
#include "agent/commands/become_owner.h"
#include "agent/commands/commands.h"
#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/question.h"
#include "agent/commands/spool/spool_commands.h"
#include "agent/config/config.h"
#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "agent/spool/spool.h"

namespace tapferry {

namespace {

// What a destination gives up: frames that wait for it, and queries that it has read and that wait for their
// responses.
std::uint64_t given_up(const SavedPosition& saved, Position end) {
    return (saved.position < end ? distance(saved.position, end) : 0) + late_frames(saved) + all_open(saved);
}

// The ledger balances afterwards: read queries that were not told yet are lost, and no longer read.
SavedPosition moved_to(SavedPosition saved, Position end) {
    saved.totals.lost[static_cast<std::size_t>(LossReason::purge)] += given_up(saved, end);
    saved.totals.read -= std::min(saved.totals.read, all_open(saved));
    LedgerCounts& since = saved.notices.since;
    if (!saved.late.empty()) since += saved.late.front().notices.since;
    since.lost += given_up(saved, end);
    since.read -= std::min(since.read, all_open(saved));
    saved.open = 0;
    saved.late.clear();
    saved.position = saved.open_from = saved.highest = end;
    return saved;
}

std::vector<const DestinationPlace*> chosen(const SpoolArguments& arguments, const LogPlaces& places) {
    std::vector<const DestinationPlace*> destinations;
    if (!arguments.all) {
        destinations.push_back(&find_destination(places, arguments.destination));
        return destinations;
    }
    for (const auto& destination : places.destinations)
        if (destination.configured) destinations.push_back(&destination);
    return destinations;
}

bool ask(const std::vector<const DestinationPlace*>& destinations, Position end) {
    std::cerr << "This gives up, for good:\n";
    for (const auto* destination : destinations) {
        std::cerr << "    " << destination->name << ": ";
        if (destination->saved)
            std::cerr << counted(given_up(*destination->saved, end), "frame") << '\n';
        else
            std::cerr << "everything in the spool\n";
    }
    return confirmed();
}

std::string frames_given_up(const std::string& destination, std::uint64_t frames) {
    return "tapferry: " + destination + ": " + counted(frames, "frame") +
           " given up, counted as lost by purge\n";
}

// Whoever is not asked for is needed still: the log is kept from there on.
Position needed_from(const LogPlaces& places, const std::vector<const DestinationPlace*>& purged,
                     Position end) {
    Position needed = end;
    for (const auto& destination : places.destinations) {
        const bool gone = std::ranges::find(purged, &destination) != purged.end();
        if (destination.configured && !gone)
            needed = std::min(needed,
                              destination.saved ? tapferry::needed_from(*destination.saved) : first_position);
    }
    return needed;
}

// The log is opened as an agent opens it: its lock keeps one from running meanwhile, and its numbers go on.
std::unique_ptr<Spool> open_log(const LogPlaces& places) {
    SpoolOptions options;
    options.directory = places.spool;
    options.max_bytes = ~std::uint64_t{0} / 2;  // nothing is dropped but what is purged
    Position highest = first_position;
    for (const auto& destination : places.destinations)
        if (destination.saved)
            highest = std::max({highest, destination.saved->highest, destination.saved->position});
    try {
        return std::make_unique<Spool>(options, posix_disk(), highest);
    } catch (const SpoolError& error) {
        throw std::runtime_error(std::string(error.what()) +
                                 ".\nAn agent runs, and cannot be asked over its control socket: stop it "
                                 "(systemctl stop tapferry), purge, and start it again");
    }
}

// The running agent gives up what it has in hand itself, at one moment for each destination. What nobody
// needs any more it removes a moment later.
int purge_in_agent(const std::filesystem::path& state,
                   const std::vector<const DestinationPlace*>& destinations) {
    int status = 0;
    for (const auto* destination : destinations) {
        const auto answer = give_order(state, RouteOrder::purge_spool, destination->name);
        if (!answer) throw std::runtime_error("the agent has ended meanwhile; purge again");
        if (answer->result == OrderAnswer::Result::done) {
            std::cerr << frames_given_up(destination->name, answer->count);
        } else {
            std::cerr << "tapferry: " << destination->name << ": " << answer->words << '\n';
            status = 1;
        }
    }
    return status;
}

int nothing_purged() {
    std::cerr << "tapferry: nothing was purged\n";
    return 1;
}

}  // namespace

int spool_purge_command(const SpoolArguments& arguments) {
    if (arguments.all == !arguments.destination.empty())
        throw WrongUsage("give --destination NAME, or --all for every destination");
    LogPlaces places = find_log(arguments);
    const std::filesystem::path state = places.spool.parent_path();
    if (agent_listens(state)) {
        const auto destinations = chosen(arguments, places);
        const Position end = spool_extent(places.spool, posix_disk()).end;
        if (!arguments.yes && !ask(destinations, end)) return nothing_purged();
        return purge_in_agent(state, destinations);
    }
    // Before the lock is had, for words about a name that is wrong.
    static_cast<void>(chosen(arguments, places));
    become_owner_of(places.spool);
    const std::unique_ptr<Spool> spool = open_log(places);
    // An agent may have moved them meanwhile; from now on none does.
    for (auto& destination : places.destinations)
        destination.saved = read_saved_position(destination.file, posix_disk());
    const auto destinations = chosen(arguments, places);
    if (!arguments.yes && !ask(destinations, spool->end())) return nothing_purged();
    for (const auto* destination : destinations) {
        SavedPosition saved;
        saved.start = saved.position = saved.open_from = spool->begin();
        if (destination->saved) saved = *destination->saved;
        const std::uint64_t lost = given_up(saved, spool->end());
        saved = moved_to(saved, spool->end());
        saved.incarnation = spool->incarnation();
        PositionFile file(destination->file, posix_disk());
        if (!file.save(saved))
            throw std::system_error(
                errno, std::generic_category(),
                destination->file.string() + " cannot be written; the spool is as before");
        std::cerr << frames_given_up(destination->name, lost);
    }
    const std::uint64_t before = spool->bytes();
    spool->trim(needed_from(places, destinations, spool->end()));
    std::cerr << "tapferry: " << size_words(before - spool->bytes()) << " freed, "
              << size_words(spool->bytes()) << " left in the spool\n";
    return 0;
}

}  // namespace tapferry
