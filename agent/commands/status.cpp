#include <algorithm>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string_view>

#include "agent/admin/fetch.h"
#include "agent/admin/status_json.h"
#include "agent/commands/commands.h"
#include "agent/commands/interruption.h"
#include "agent/commands/terminal.h"
#include "agent/config/config.h"

namespace tapferry {

namespace {

// Where the running agent listens: it writes that down, which matters when it was told to take any free port.
std::string admin_address(const std::string& config_file) {
    const Config config = read_outline(config_file);
    if (config.admin.host.empty())
        throw std::runtime_error("admin.listen is switched off in " + config_file +
                                 ": the agent cannot be asked");
    std::string address;
    std::ifstream file(config.state_directory / "admin.address");
    if (std::getline(file, address) && !address.empty()) return address;
    const bool v6 = config.admin.host.find(':') != std::string::npos;
    return (v6 ? "[" + config.admin.host + "]" : config.admin.host) + ":" + std::to_string(config.admin.port);
}

std::size_t screen_width() {
    constexpr std::size_t usual = 100, narrowest = 20, widest = 400;
    return std::clamp(output_width(usual), narrowest, widest);
}

// The agent may be away for a while: it is asked again then, at the address that it has then.
std::string screen_of(const StatusArguments& arguments, std::size_t width) {
    try {
        return status_screen(
            fetch(arguments.address.empty() ? admin_address(arguments.config) : arguments.address, "/status"),
            width);
    } catch (const ConfigError&) {
        throw;
    } catch (const std::runtime_error& failure) {
        return std::string("tapferry: ").append(failure.what()).substr(0, width) + "\n";
    }
}

// Draws over itself on a terminal; elsewhere one screen follows another, parted by an empty line.
int watch(const StatusArguments& arguments) {
    constexpr std::string_view home_and_clear = "\x1b[H\x1b[J";
    constexpr int looks_a_second = 20;
    const bool terminal = output_is_terminal();
    watch_for_interruption();
    while (!interrupted()) {
        const std::string screen = screen_of(arguments, screen_width());
        std::cout << (terminal ? home_and_clear : std::string_view()) << screen
                  << (terminal ? std::string_view() : std::string_view("\n"));
        std::cout.flush();
        if (!std::cout) return 1;
        for (int look = 0; look < looks_a_second && !interrupted(); ++look)
            if (!wait_for_more()) return 0;
    }
    return 0;
}

}  // namespace

int status_command(const StatusArguments& arguments) {
    if (arguments.watch && arguments.format == ReportFormat::json)
        throw WrongUsage(
            "--watch is for people; for JSON run it again and again, which gives the same values");
    if (arguments.watch) return watch(arguments);
    const std::string address =
        arguments.address.empty() ? admin_address(arguments.config) : arguments.address;
    const std::string json = fetch(address, "/status");
    std::cout << (arguments.format == ReportFormat::json ? json : status_table(json));
    return status_balances(json) ? 0 : 1;
}

}  // namespace tapferry
