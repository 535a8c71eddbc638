#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <string_view>

#include "agent/commands/commands.h"
#include "agent/config/fault.h"

namespace {

// A descriptor below 3 that is closed would be given to the next file opened, and what is printed would go
// into it.
void fill_standard_descriptors() {
    int descriptor = ::open("/dev/null", O_RDWR);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = ::dup(descriptor);
    if (descriptor > STDERR_FILENO) ::close(descriptor);
}

bool is_run(int argc, char** argv) {
    return std::find(argv, argv + argc, std::string_view("run")) != argv + argc;
}

}  // namespace

int main(int argc, char** argv) {
    fill_standard_descriptors();
    // A reader that goes away is a result of write(), not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return tapferry::run_command_line(argc, argv);
    } catch (const tapferry::ConfigError& error) {
        const bool for_a_person = ::isatty(STDERR_FILENO) == 1;
        for (const auto& fault : error.faults) {
            std::cerr << to_line(fault) << '\n';
            if (for_a_person && !fault.excerpt.empty()) std::cerr << fault.excerpt << '\n';
        }
        const auto count = error.faults.size();
        std::cerr << "tapferry: " << count << (count == 1 ? " fault" : " faults") << " in the configuration"
                  << (is_run(argc, argv) ? "; nothing was started\n" : "\n");
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "tapferry: " << error.what() << '\n';
        return 1;
    }
}
