// `tapferry dead-letter`: what destinations refused, and what is done with it. list and show only read;
// requeue and purge ask the running agent over its control socket, or do it themselves when none runs. Exit
// status as in commands.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/commands/report_format.h"
#include "agent/letters/dead_letter_files.h"
#include "agent/letters/letter.h"

namespace CLI {
class App;
}

namespace tapferry {

struct DeadLetterArguments {
    std::string config;
    std::string state_directory;               // empty: as the configuration says
    ReportFormat format = ReportFormat::text;  // of list and show
    std::vector<std::string> destinations;     // empty: all, but of requeue and purge
    // Of show.
    std::uint64_t limit = 0;  // the newest so many of each destination; 0: all
    std::string id;           // only of events whose id begins so
    std::string reason;       // only those whose reason holds this
    std::string from;         // a time, or how long ago
    std::string until;
    // Of requeue and purge.
    bool all = false;
    bool yes = false;  // without asking
};

int dead_letter_list_command(const DeadLetterArguments&);
int dead_letter_show_command(const DeadLetterArguments&);
int dead_letter_requeue_command(const DeadLetterArguments&);
int dead_letter_purge_command(const DeadLetterArguments&);

// Adds them, below a command of their own; `command` becomes what was asked for.
CLI::App& add_dead_letter_commands(CLI::App& app, DeadLetterArguments& arguments,
                                   std::function<int()>& command);

// The dead letters of one destination.
struct LetterPlace {
    std::string destination;
    std::filesystem::path directory;
    bool configured = true;  // and enabled: letters can be sent again
};

struct LetterPlaces {
    std::filesystem::path state;
    std::vector<LetterPlace> destinations;  // that have letters, or are configured; in order of name
};

// The destinations that were named, or all. Throws std::runtime_error, with advice, when they cannot be read,
// and WrongUsage for a name that is none. With a state directory and no configuration every destination
// counts as configured.
LetterPlaces find_letters(const DeadLetterArguments&);

// Every letter in these files, oldest first; a line that is no letter is told as none.
using LetterTaker = std::function<void(const std::optional<Letter>&, const std::string& line)>;
void read_letters(const std::vector<std::filesystem::path>& files, const LetterTaker& take);

// Holds the spool's lock, so that no agent runs meanwhile, and does this for each of them. `what`: to do, for
// words about an agent that does run and has no control socket.
void without_agent(const LetterPlaces& places, const std::string& what,
                   const std::function<void(const LetterPlace&)>& act);

}  // namespace tapferry
