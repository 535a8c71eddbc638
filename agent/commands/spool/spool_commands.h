// `tapferry spool`: what the log holds, whether it is sound, frames out of it, and giving a backlog up. All
// but purge only read; purge has a running agent do it, and does it itself when none runs. Exit status as in
// commands.h.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/commands/report_format.h"
#include "agent/commands/show_options.h"
#include "agent/spool/saved_position.h"

namespace CLI {
class App;
}

namespace tapferry {

struct SpoolArguments {
    std::string config;
    std::string state_directory;               // empty: as the configuration says
    ReportFormat format = ReportFormat::text;  // of list and verify
    std::string destination;                   // of export and purge
    // Of export.
    std::string output;  // "-": standard output
    std::string from;    // a time, or how long ago
    std::string until;
    FilterArguments filter;
    // Of purge.
    bool all = false;
    bool yes = false;  // without asking
};

int spool_list_command(const SpoolArguments&);
// 1 when anything is damaged.
int spool_verify_command(const SpoolArguments&);
// 1 when anything that was asked for is not there.
int spool_export_command(const SpoolArguments&);
int spool_purge_command(const SpoolArguments&);

// Adds them, below a command of their own; `command` becomes what was asked for.
CLI::App& add_spool_commands(CLI::App& app, SpoolArguments& arguments, std::function<int()>& command);

// A destination, as its saved position tells.
struct DestinationPlace {
    std::string name;
    std::filesystem::path file;
    std::optional<SavedPosition> saved;  // none: it has not begun, or its file is damaged
    bool configured = true;              // and enabled: its position keeps segments
};

struct LogPlaces {
    std::filesystem::path spool;
    std::vector<DestinationPlace> destinations;  // in order of name

    [[nodiscard]] const DestinationPlace* find(const std::string& name) const;
};

// Throws std::runtime_error, with advice, when the log cannot be read. With a state directory and no
// configuration every destination counts as configured.
LogPlaces find_log(const SpoolArguments&);
// Throws WrongUsage when there is no such destination.
const DestinationPlace& find_destination(const LogPlaces&, const std::string& name);

}  // namespace tapferry
