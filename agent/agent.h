// The agent: intake, spool, a route for each destination and the admin listener, put together and kept
// running until a signal ends it. This is the whole program at a glance; see run().
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "agent/config/config.h"

namespace tapferry {

class Log;

class Agent {
  public:
    // `file`: where the configuration came from, read again at SIGHUP; none: a first look, which ends when
    // standard output is closed and stops reading before its routes end.
    Agent(Config config, std::optional<std::filesystem::path> file, Log& log);
    ~Agent();

    // Opens the log, the sockets and the destinations, and begins to work. Throws SpoolError, InputError,
    // AdminError or std::system_error when it cannot.
    void open();
    // After open(): works until SIGTERM or SIGINT, which the caller has blocked in every thread.
    void run();

  private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
