// Intake's second thread: takes frames from the ring, gathers them into blocks, and appends these to the
// spool: when a block is full, or 20 ms after its first frame was read. While nothing comes it tells the
// spool so. What the spool refuses is counted; whether its disk fails is told once, and once that it is back.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/inputs/counters.h"
#include "agent/inputs/intake.h"
#include "agent/inputs/intake_notices.h"
#include "agent/inputs/ring.h"
#include "agent/spool/block_builder.h"

namespace tapferry {

class Spool;
struct AppendOutcome;

class SpoolWriter {
  public:
    // All outlive it. `counters` has one entry for each input.
    SpoolWriter(Ring& ring, Spool& spool, const std::vector<std::unique_ptr<InputCounters>>& counters,
                IntakeNotices& notices, std::function<void(const IntakeEvent&)> tell);

    // Until the ring has ended and is empty.
    void run();

  private:
    using Clock = std::chrono::steady_clock;

    void drain();
    void take(const RingEntry& entry);
    void take_frame(const RingEntry& entry);
    void flush();
    void settle(const AppendOutcome& outcome);
    void tick();
    void tell_disk();
    void tell_silence();
    void tell_notices(bool at_once);

    Ring& ring_;
    Spool& spool_;
    const std::vector<std::unique_ptr<InputCounters>>& counters_;
    IntakeNotices& notices_;
    const std::function<void(const IntakeEvent&)> tell_;

    BlockBuilder block_;
    ReadTime block_read_at_{};  // of its first frame; when it is empty, of the last one's
    ReadTime told_at_{};        // up to when the spool knows that nothing else came
    Clock::time_point block_due_{};
    std::vector<std::uint64_t> block_frames_;  // of block_, by input
    std::vector<std::uint32_t> closing_;       // streams that end with block_
    bool failing_ = false;
    Clock::time_point ticked_at_{};
};

}  // namespace tapferry
