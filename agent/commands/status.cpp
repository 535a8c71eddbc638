#include <fstream>
#include <iostream>
#include <stdexcept>

#include "agent/admin/fetch.h"
#include "agent/admin/status_json.h"
#include "agent/commands/commands.h"
#include "agent/config/config.h"

namespace tapferry {

namespace {

// Where the running agent listens: it writes that down, which matters when it was told to take any free port.
std::string admin_address(const std::string& config_file) {
    const Config config = read_config(config_file);
    if (config.admin.host.empty())
        throw std::runtime_error("admin.listen is switched off in " + config_file +
                                 ": the agent cannot be asked");
    std::string address;
    std::ifstream file(config.state_directory / "admin.address");
    if (std::getline(file, address) && !address.empty()) return address;
    const bool v6 = config.admin.host.find(':') != std::string::npos;
    return (v6 ? "[" + config.admin.host + "]" : config.admin.host) + ":" + std::to_string(config.admin.port);
}

}  // namespace

int status_command(const StatusArguments& arguments) {
    const std::string address =
        arguments.address.empty() ? admin_address(arguments.config) : arguments.address;
    const std::string json = fetch(address, "/status");
    std::cout << (arguments.format == "json" ? json : status_table(json));
    std::cout.flush();
    if (!std::cout) return 1;
    return status_balances(json) ? 0 : 1;
}

}  // namespace tapferry
