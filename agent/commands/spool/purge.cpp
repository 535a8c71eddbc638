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
#include "agent/routes/cursor.h"
#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "agent/spool/spool.h"

namespace tapferry {

namespace {

// What a destination gives up: frames that wait for it and were not given up or dropped before, and queries
// that it has read and that wait for their responses.
struct Purge {
    SavedPosition saved;  // as it is afterwards: the destination itself passes the frames and tells of them
    std::uint64_t frames = 0;
    Cursor::Obstacle obstacle = Cursor::Obstacle::none;  // then nothing is given up
};

// Nothing is on its way, whatever was when some of it was given up.
Purge purge_of(const SavedPosition& saved, const SpoolExtent& log) {
    Cursor cursor(saved);
    Purge purge{saved, 0, cursor.before_giving_up(log.begin, log.end)};
    if (purge.obstacle != Cursor::Obstacle::none) return purge;
    purge.frames = cursor.give_up(log.begin, log.end);
    purge.saved = cursor.settled();
    purge.saved.highest = log.end;
    std::vector<LateStretch>& late = purge.saved.late;
    for (std::size_t i = 0; i < late.size(); ++i) {
        const GivenUpLate done = give_up(late[i], log.begin, late.size() < most_late_stretches);
        purge.frames += done.frames;
        if (done.rest) late.insert(late.begin() + static_cast<std::ptrdiff_t>(i) + 1, *done.rest);
    }
    return purge;
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

bool ask(const std::vector<const DestinationPlace*>& destinations, const SpoolExtent& log) {
    std::cerr << "This gives up, for good:\n";
    for (const auto* destination : destinations) {
        std::cerr << "    " << destination->name << ": ";
        if (destination->saved)
            std::cerr << counted(purge_of(*destination->saved, log).frames, "frame") << '\n';
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
Position kept_from(const LogPlaces& places, const std::vector<const DestinationPlace*>& purged,
                   Position end) {
    Position needed = end;
    for (const auto& destination : places.destinations) {
        const bool gone = std::ranges::find(purged, &destination) != purged.end();
        if (destination.configured && !gone)
            needed = std::min(needed, destination.saved ? needed_from(*destination.saved) : first_position);
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
        throw std::runtime_error(
            std::string(error.what()) +
            ".\nAn agent is running and cannot be asked over its control socket: stop it "
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

// Saves that the destination gives up what it can. False, and told: it cannot give up anything.
bool purge_alone(const DestinationPlace& destination, const Spool& spool, const SpoolExtent& log) {
    SavedPosition saved;
    saved.start = saved.position = saved.open_from = log.begin;
    saved.notices.incarnation = spool.incarnation();
    if (destination.saved) saved = *destination.saved;
    Purge purge = purge_of(saved, log);
    if (purge.obstacle != Cursor::Obstacle::none) {
        std::cerr << "tapferry: " << destination.name << ": " << words_of(purge.obstacle) << '\n';
        return false;
    }
    purge.saved.incarnation = spool.incarnation();
    PositionFile file(destination.file, posix_disk());
    if (!file.save(purge.saved))
        throw std::system_error(errno, std::generic_category(),
                                destination.file.string() + " cannot be written; the spool is as before");
    std::cerr << frames_given_up(destination.name, purge.frames);
    return true;
}

// While no agent runs.
int purge_without_agent(const SpoolArguments& arguments, LogPlaces places) {
    // Before the lock is had, for words about a name that is wrong.
    static_cast<void>(chosen(arguments, places));
    become_owner_of(places.spool);
    const std::unique_ptr<Spool> spool = open_log(places);
    // An agent may have moved them meanwhile; from now on none does.
    for (auto& destination : places.destinations)
        destination.saved = read_saved_position(destination.file, posix_disk());
    const auto destinations = chosen(arguments, places);
    const SpoolExtent log{spool->begin(), spool->end(), 0, 0};
    if (!arguments.yes && !ask(destinations, log)) return nothing_purged();
    std::vector<const DestinationPlace*> purged;
    for (const auto* destination : destinations)
        if (purge_alone(*destination, *spool, log)) purged.push_back(destination);
    const std::uint64_t before = spool->bytes();
    spool->trim(kept_from(places, purged, spool->end()));
    std::cerr << "tapferry: " << room_words(before - spool->bytes()) << " freed, "
              << room_words(spool->bytes()) << " left in the spool\n";
    return purged.size() == destinations.size() ? 0 : 1;
}

}  // namespace

int spool_purge_command(const SpoolArguments& arguments) {
    if (arguments.all == !arguments.destination.empty())
        throw WrongUsage("give --destination NAME, or --all for every destination");
    LogPlaces places = find_log(arguments);
    const std::filesystem::path state = places.spool.parent_path();
    if (!agent_listens(state)) return purge_without_agent(arguments, std::move(places));
    const auto destinations = chosen(arguments, places);
    if (!arguments.yes && !ask(destinations, spool_extent(places.spool, posix_disk())))
        return nothing_purged();
    return purge_in_agent(state, destinations);
}

}  // namespace tapferry
