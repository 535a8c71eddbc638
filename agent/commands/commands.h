// The subcommands, one file each. Every one returns the program's exit status: 0 success, 1 failed, 2 wrong
// usage or configuration. Results go to standard output, talk to standard error.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/commands/report_format.h"
#include "agent/commands/show_options.h"

namespace tapferry {

// What was asked for cannot be done, and nothing was begun. Told to the user in these words, with exit
// status 2.
struct WrongUsage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct RunArguments {
    std::string config;  // empty: a first look
    std::string socket = "./dnstap.sock";
};
int run_command(const RunArguments&);

struct CheckArguments {
    std::string config;
    bool list_keys = false;
};
int check_command(const CheckArguments&);

struct ProbeArguments {
    std::string config;
    std::vector<std::string> destinations;  // empty: every one that is enabled
    std::uint64_t timeout = 10;             // seconds, of each step
    bool install_template = false;          // of those of type elasticsearch
    ReportFormat format = ReportFormat::text;
};
// 1 when a destination did not accept the test event.
int probe_command(const ProbeArguments&);

struct TailArguments {
    std::string config;
    std::string state_directory;  // empty: as the configuration says
    FormatArguments format;
    FilterArguments filter;
    std::uint64_t count = 0;  // events to show; 0: no end
};
int tail_command(const TailArguments&);

struct DecodeArguments {
    std::vector<std::string> files;  // "-": standard input
    FormatArguments format;
    FilterArguments filter;
    bool follow = false;
    std::uint64_t count = 0;  // events to show; 0: all
    bool quiet = false;       // without the counts at the end
};
int decode_command(const DecodeArguments&);

struct ReplayArguments {
    std::string config;
    std::vector<std::string> files;            // "-": standard input
    std::vector<std::string> destinations;     // empty: every one that is enabled
    std::uint64_t rate = 0;                    // frames a second; 0: as fast as they are taken
    ReportFormat format = ReportFormat::text;  // of the ledger
};
// 1 when not every frame was delivered.
int replay_command(const ReplayArguments&);

struct StatsArguments {
    std::vector<std::string> files;  // "-": standard input
    FilterArguments filter;
    std::size_t top = 10;  // rows of each table
    ReportFormat format = ReportFormat::text;
    std::string html;  // where the page is written; empty: nowhere
};
int stats_command(const StatsArguments&);

struct ExplainArguments {
    std::string file;  // "-": standard input
    FormatArguments format;
    FilterArguments filter;
    std::uint64_t event = 0;  // of those that the filter takes, from 1; 0: the first with a record
    ReportFormat style = ReportFormat::text;
};
int explain_command(const ExplainArguments&);

struct StatusArguments {
    std::string config;
    std::string address;  // of the admin listener; empty: as the configuration says
    ReportFormat format = ReportFormat::text;
    bool watch = false;  // again and again, until interrupted
};
int status_command(const StatusArguments&);

// Where the configuration is when nobody says otherwise.
inline constexpr const char* default_config_file = TAPFERRY_CONFIG_FILE;

// Takes the command line apart and runs what it asks for.
int run_command_line(int argc, char** argv);

}  // namespace tapferry
