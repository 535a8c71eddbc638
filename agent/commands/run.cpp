#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <system_error>

#include "agent/agent.h"
#include "agent/batches/crash_watch.h"
#include "agent/commands/commands.h"
#include "agent/config/config.h"
#include "agent/log.h"

namespace tapferry {

namespace {

// Signals come to the main thread, which waits for them; every thread made from here on inherits the mask.
void block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
}

// librdkafka allocates five small pieces a message and frees them a batch later. The C library would keep
// them apart for reuse and put thousands together at the next large request, which takes a tenth of the time
// that Kafka costs; nothing else here allocates for each event.
void put_freed_memory_together_at_once() {
    ::mallopt(M_MXFAST, 0);
}

// A folder for this process alone, which goes with it.
class PrivateFolder {
  public:
    PrivateFolder() {
        const char* parent = ::getenv("TMPDIR");
        path_ = std::string{parent == nullptr ? "/tmp" : parent} + "/tapferry-XXXXXX";
        if (::mkdtemp(path_.data()) == nullptr)
            throw std::system_error(errno, std::generic_category(),
                                    "a private folder cannot be made: " + path_);
    }
    ~PrivateFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

int first_look(const std::string& socket) {
    const PrivateFolder folder;
    const Config config = first_look_config(socket, folder.path());
    Log log(config.log);
    Agent agent(config, std::nullopt, log);
    agent.open();
    std::cerr
        << "tapferry listens for dnstap on " << config.unix_inputs.front().path
        << " and prints JSON lines. In BIND:\n"
        << "    dnstap { all; };  dnstap-output unix \"" << config.unix_inputs.front().path << "\";\n"
        << "Ctrl-C ends it. With --config FILE it becomes an agent that keeps what it could not deliver.\n";
    agent.run();
    return 0;
}

}  // namespace

int run_command(const RunArguments& arguments) {
    block_signals();
    put_freed_memory_together_at_once();
    if (arguments.config.empty()) return first_look(arguments.socket);
    Config config = read_config(arguments.config);
    Log log(config.log);
    watch_for_crashes();
    Agent agent(std::move(config), arguments.config, log);
    agent.open();
    agent.run();
    return 0;
}

}  // namespace tapferry
