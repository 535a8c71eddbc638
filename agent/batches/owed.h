// What a batch leaves behind when its records are gone: needed when its stretch of the log is settled.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/batches/open_batch.h"

namespace tapferry {

// A record that the far side refused, in bytes of its own.
struct DeadRecord {
    Record name;
    std::string content;
    std::string heading;
    std::string words;  // why
};

struct Owed {
    std::vector<DeadFrame> dead_frames;
    std::vector<DeadRecord> dead_records{};
    std::vector<DeadRow> dead_rows;
    std::vector<LostFrames> lost;
    std::uint64_t unread = 0;                     // as OpenBatch
    std::chrono::steady_clock::time_point since;  // when it was handed to the transport
    Timestamp received;                           // of its first frame; no seconds: it had none
    CutCounts cuts{};                             // of its records
    std::uint64_t left_out = 0;                   // as OpenBatch
    OpenBatch::NoticeCounts notices{};            // likewise
    DeadEvents refused{};                         // those of dead_records

    [[nodiscard]] std::size_t dead() const { return dead_frames.size() + dead_rows.size(); }
};

}  // namespace tapferry
