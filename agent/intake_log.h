// What intake has to say to people, as lines of the log. Intake must not wait for whoever reads the log, so
// its lines are written by the main thread.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "agent/inputs/intake.h"

namespace tapferry {

class Log;

class IntakeLog {
  public:
    // `spool`: how its directory is called.
    IntakeLog(Log& log, std::string spool) : log_(log), spool_(std::move(spool)) {}

    // By any thread, without a wait.
    void note(const IntakeEvent& event);
    // By the main thread: writes what was noted.
    void write();

  private:
    void write(const IntakeEvent& event);

    Log& log_;
    const std::string spool_;
    std::mutex mutex_;  // never held while anything is written
    std::vector<IntakeEvent> notes_;
};

}  // namespace tapferry
