// What intake has to tell the destinations: frames that never came into the log, connections that were turned
// away, inputs that fell silent, and what the agent says of itself. It looks at the inputs' counters once a
// second at most, so a flood makes one notice a second and input. Of the spool writer's thread, but where
// another is named.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/inputs/counters.h"
#include "agent/inputs/intake.h"
#include "proto/notice.h"

namespace tapferry {

class Spool;

class IntakeNotices {
  public:
    using Clock = std::chrono::steady_clock;

    // `counters` outlive it, one for each input.
    IntakeNotices(const IntakeOptions& options, const std::vector<std::unique_ptr<InputCounters>>& counters);

    // By any thread: a notice of the agent itself. Nothing when notices are switched off.
    void post(NoticeKind kind, std::string words);
    // By any thread: how many of those are not in the log yet, and how many notices this process put there.
    [[nodiscard]] std::size_t posted() const;
    [[nodiscard]] std::uint64_t appended() const { return appended_; }

    // Whether it is time to look; `at_once`: whatever the time.
    [[nodiscard]] bool due(Clock::time_point now, bool at_once = false) const;
    // Looks. True: there is something for append().
    [[nodiscard]] bool look(Clock::time_point now, Timestamp time);
    // Brings it into the log; what the disk does not take is tried again another time.
    void append(Spool& spool, Timestamp time);

  private:
    struct Waiting {
        Notice notice;
        std::string input;
        std::string words;
    };
    // Of an input: what its counters were when they were looked at last.
    struct Seen {
        std::array<std::uint64_t, frame_rejection_names.size()> frames{};
        std::array<std::uint64_t, connection_rejection_names.size()> connections{};
        std::int64_t heard = 0;  // Unix seconds: the last frame, or when it was waited for first
        bool silent = false;
    };
    void look_at_frames(const InputCounters& counters, Seen& seen, const Timestamp& time);
    void look_at_connections(const InputCounters& counters, Seen& seen, const Timestamp& time);
    void look_at_silence(const InputCounters& counters, Seen& seen, std::chrono::milliseconds patience,
                         const Timestamp& time);
    void tell(NoticeKind kind, NoticeReason reason, std::uint64_t count, const std::string& input,
              const Timestamp& from, const Timestamp& until, std::string words = {});

    const bool enabled_;
    std::vector<std::chrono::milliseconds> patience_;  // by input; 0: it may be silent
    const std::vector<std::unique_ptr<InputCounters>>& counters_;
    std::vector<Seen> seen_;
    std::vector<Waiting> waiting_;
    Clock::time_point looked_at_{};
    Timestamp looked_time_;
    Counter appended_{0};

    mutable std::mutex posted_mutex_;
    std::vector<Waiting> posted_;
    std::size_t taken_ = 0;  // of what was posted: in waiting_
};

}  // namespace tapferry
