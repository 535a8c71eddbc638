// Keeps a route's position on the disk: loads it, saves it now and then while batches settle, and tells of it
// once when that fails. Owned by the route's thread, but for saved().
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>

#include "agent/config/config.h"
#include "agent/spool/crash_notes.h"
#include "agent/spool/saved_position.h"

namespace tapferry {

class CrashWatch;
class Disk;
class Log;
class RouteReport;
class Spool;

class PositionKeeper {
  public:
    PositionKeeper(const std::filesystem::path& file, Disk& disk, const Spool& spool);

    // What was saved last, or where a destination without a position begins.
    [[nodiscard]] SavedPosition load(const DestinationConfig& destination, Log& log);
    // Nothing is written when nothing has changed, nor, but `now`, within a moment of the last time. Whether
    // it was tried.
    bool save_when_due(const SavedPosition& settled, bool now, RouteReport& report);
    void save(const SavedPosition& settled, RouteReport& report);
    // The disk has it.
    [[nodiscard]] bool has(const SavedPosition& settled) const;
    // Beside the position the watch keeps its notes; those beside the other positions in its folder are
    // heeded.
    void keep_notes_of(CrashWatch& watch, const DestinationConfig& destination, Log& log);

    // What they hold for: this version, and the destination as it is configured.
    [[nodiscard]] static CrashedUnder notes_hold_for(const DestinationConfig& destination);

    // Of the log, by any thread: what lies before is needed no more, and that is written.
    [[nodiscard]] Position saved() const { return Position{needed_from_.load(std::memory_order_acquire)}; }

  private:
    const std::filesystem::path path_;
    const bool began_before_;  // there was a file
    Disk& disk_;
    PositionFile file_;
    CrashNotesFile notes_;
    const Spool& spool_;
    SavedPosition saved_;
    std::chrono::steady_clock::time_point last_save_{};
    bool fails_ = false;
    std::atomic<std::uint64_t> needed_from_{0};
};

}  // namespace tapferry
