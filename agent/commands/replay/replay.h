// One capture on its way to destinations: a spool of its own, filled a little ahead of a route for each of
// them. Its place in the state directory is named after the capture's digest, so that a replay that was
// interrupted goes on where each destination was, and its incarnation is made from it, so that every replay
// of the capture has the same ids. Used by the command's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/routes/route.h"
#include "agent/spool/block_builder.h"
#include "agent/spool/disk.h"
#include "agent/spool/spool.h"

namespace tapferry {

class Log;

struct ReplayOptions {
    std::filesystem::path directory;  // its own
    std::string peer;                 // what the stream came from: the capture's name
    std::uint64_t incarnation = 0;
    std::uint64_t frames = 0;  // of the capture
    std::uint64_t rate = 0;    // frames a second; 0: as fast as they are taken
    std::vector<DestinationConfig> destinations;
};

class Replay {
  public:
    // Throws SpoolError when the same capture is being replayed by another process.
    Replay(ReplayOptions options, Disk& disk, Log& log);
    ~Replay();
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    // The next frame of the capture and its time of receipt, which never is between those of a 20 ms grid.
    // Throws std::runtime_error when the log cannot be written.
    void add(std::span<const std::uint8_t> frame, const Timestamp& received);
    // Whether there is room for more: otherwise tick() is to be called until there is.
    [[nodiscard]] bool wants_more();
    // There are no more frames.
    void end_of_capture();
    // Looks after the log while time passes. Waits a moment.
    void tick();
    // Every destination has everything, and that is written.
    [[nodiscard]] bool done() const;
    // Ends the routes by `deadline`, with what is under way if they can.
    void stop(std::chrono::steady_clock::time_point deadline);
    [[nodiscard]] bool stopped() const;

    // Of every destination, those that had everything before too.
    [[nodiscard]] std::vector<RouteStatus> status() const;
    // Frames that every destination is past.
    [[nodiscard]] std::uint64_t passed() const;
    // After the end: forgets how far it was, so that another replay begins anew. Dead letters stay.
    void forget();

  private:
    struct Finished {
        std::string name;
        SavedPosition saved;
    };

    void start_routes_when_due();
    void flush();
    void let_time_pass();
    [[nodiscard]] bool stuck();
    [[nodiscard]] std::filesystem::path position_of(const std::string& name) const;

    const ReplayOptions options_;
    Disk& disk_;
    Log& log_;
    DiskFile lock_;
    std::vector<Finished> finished_;
    std::vector<DestinationConfig> waiting_;  // until the log has come to where the furthest of them was
    Position skipped_to_ = first_position;    // frames before it are behind every destination
    Position furthest_ = first_position;
    std::optional<Spool> spool_;
    std::vector<std::unique_ptr<Route>> routes_;
    BlockBuilder block_;
    Timestamp block_time_;
    Position next_ = first_position;  // number of the next frame
    bool ended_ = false;
    std::uint64_t room_;
    std::uint64_t paced_ = 0;  // frames since pacing began
    std::chrono::steady_clock::time_point paced_since_;
    std::chrono::steady_clock::time_point told_time_{};
    std::uint64_t moved_mark_ = 0;
    std::chrono::steady_clock::time_point moved_at_;
};

}  // namespace tapferry
