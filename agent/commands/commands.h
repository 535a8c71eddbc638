// The subcommands, one file each. Every one returns the program's exit status: 0 success, 1 failed, 2 wrong
// usage or configuration. Results go to standard output, talk to standard error.
#pragma once

#include <string>
#include <vector>

namespace tapferry {

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

struct TailArguments {
    std::string config;
    std::string state_directory;  // empty: as the configuration says
    std::string output = "text";
    std::string line;  // of the text format; empty: its default
};
int tail_command(const TailArguments&);

struct DecodeArguments {
    std::vector<std::string> files;  // "-": standard input
    std::string output = "text";
    std::string line;  // of the text format; empty: its default
};
int decode_command(const DecodeArguments&);

struct StatusArguments {
    std::string config;
    std::string address;  // of the admin listener; empty: as the configuration says
    std::string format = "text";
};
int status_command(const StatusArguments&);

// Where the configuration is when nobody says otherwise.
inline constexpr const char* default_config_file = TAPFERRY_CONFIG_FILE;

// Takes the command line apart and runs what it asks for.
int run_command_line(int argc, char** argv);

}  // namespace tapferry
