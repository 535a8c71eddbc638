#include <sys/stat.h>
#include <unistd.h>

#include <iostream>

#include "agent/commands/commands.h"
#include "agent/config/config.h"
#include "agent/config/socket_access.h"

namespace tapferry {

namespace {

// A directory that is missing now may be there when the agent starts, so this is no fault.
void tell_missing(const char* what, const std::string& name, const std::string& path) {
    const auto directory = std::filesystem::path(path).parent_path();
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error))
        std::cerr << "note: " << what << " " << name << ": the directory " << directory.string()
                  << " is not there on this host\n";
}

// What the agent keeps belongs to it; before its first start it is taken to run as whoever asks.
SocketMaker agent_of(const std::filesystem::path& state_directory) {
    struct stat found {};
    if (::stat(state_directory.c_str(), &found) == 0) return {found.st_uid, found.st_gid};
    return {::geteuid(), ::getegid()};
}

}  // namespace

int check_command(const CheckArguments& arguments) {
    if (arguments.list_keys) {
        for (const auto& key : known_keys()) std::cout << key << '\n';
        return 0;
    }
    const Config config = read_config(arguments.config);
    for (const auto& warning : config.warnings) std::cerr << "warning: " << to_line(warning) << '\n';
    for (const auto& warning :
         sockets_that_shut_out(users_of_dns_servers(), config.unix_inputs, agent_of(config.state_directory)))
        std::cerr << "warning: " << warning << '\n';
    std::cout << arguments.config << " is sound\n";
    for (const auto& input : config.unix_inputs) tell_missing("input", input.name, input.path);
    for (const auto& destination : config.destinations)
        if (destination.type == "file") tell_missing("destination", destination.name, destination.where);
    for (const auto& input : config.unix_inputs)
        std::cout << "input " << input.name << ": unix socket " << input.path << '\n';
    for (const auto& destination : config.destinations)
        std::cout << "destination " << destination.name << ": " << destination.format_name << " by "
                  << destination.type << " to " << destination.where
                  << (destination.enabled ? "" : " (not enabled)") << '\n';
    return 0;
}

}  // namespace tapferry
