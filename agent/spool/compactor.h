// Rewrites sealed segments with their frames compressed when somebody still needs them after a while, so that
// a backlog takes a sixth of the space. A thread of the lowest priority does the work; it holds no lock that
// another one wants, because it may get no processor for long. Owned by the agent.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <thread>

#include "agent/spool/compaction.h"
#include "agent/spool/segment_name.h"

namespace tapferry {

class Spool;

struct CompactionOptions {
    std::chrono::milliseconds age{std::chrono::minutes(5)};  // since a segment was first seen to be sealed
    std::uint64_t least_bytes = 32 * 1024;                   // a shorter segment is not worth the while
    std::uint64_t least_free = 0;                            // of the file system, beside the new segment
};

class Compactor {
  public:
    using Clock = std::chrono::steady_clock;

    Compactor(Spool& spool, Disk& disk, CompactionOptions options = {});
    // Ends the work at its next block; what is not whole is removed.
    ~Compactor();
    Compactor(const Compactor&) = delete;
    Compactor& operator=(const Compactor&) = delete;

    // Puts a segment that was rewritten into its place and gives the next one out. Called now and then, by
    // the thread that trims the log.
    void tick(Clock::time_point now = Clock::now());

    // By the thread of tick(): what it has done, and whether nothing is under way.
    struct Done {
        std::uint64_t segments = 0;
        std::uint64_t bytes_before = 0;
        std::uint64_t bytes_after = 0;
    };
    [[nodiscard]] const Done& done() const { return done_; }
    [[nodiscard]] bool idle() const { return phase_.load(std::memory_order_acquire) == Phase::resting; }

  private:
    // Who may touch job_ and outcome_: the thread while working, tick() otherwise.
    enum class Phase : std::uint8_t { resting, working, finished, ending };
    struct Seen {
        Clock::time_point at;
        bool settled = false;  // it is never looked at again
    };

    void work();
    void take_outcome(Clock::time_point now);
    void look_around(Clock::time_point now);
    [[nodiscard]] bool has_room_for(const SealedSegment& segment) const;

    Spool& spool_;
    Disk& disk_;
    const CompactionOptions options_;
    std::map<SegmentName, Seen> seen_;
    Done done_;
    SealedSegment job_;
    RewriteOutcome outcome_;
    std::atomic<Phase> phase_{Phase::resting};
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace tapferry
