// A batch while it is filled, and until its outcome: records, the log's stretch that they were made of, and
// what became of each of its frames. Owned by one route's thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/config.h"
#include "agent/spool/reader.h"
#include "agent/spool/saved_position.h"
#include "encoders/records.h"

namespace tapferry {

// A frame that no record could be made of, on its way to the dead letter.
struct DeadFrame {
    EventId id;
    std::string words;
    std::vector<std::uint8_t> bytes;
    Timestamp received;
    std::string input;
};

// A row of an aggregate that may not be sent, likewise.
struct DeadRow {
    EventId id;
    std::string words;
    std::string text;
};

// Frames that had a number and are gone.
struct LostFrames {
    Position from{};
    Position to{};
    LossReason reason{};
};

// A batch ends after so many frames, however few of them became events: decoding them takes a fraction of a
// second, after which the route looks around.
inline constexpr std::uint64_t most_frames_of_a_batch = 50'000;

struct OpenBatch {
    RecordBuffer records;
    Position begin{};  // of the log's stretch that it covers
    Position end{};
    Position open_from{};    // the oldest query that waits at the end; the end itself when none does
    std::uint64_t open = 0;  // how many wait there
    RouteTotals totals;      // of that stretch
    // Of the queries that waited at its beginning: so many are gone from the log, and counted as lost. They
    // were read once.
    std::uint64_t unread = 0;
    std::uint64_t left_out = 0;  // as Encoder::left_out(), of that stretch
    Timestamp received;          // of its first frame
    std::vector<DeadFrame> dead_frames;
    std::vector<DeadRow> dead_rows;
    std::size_t dead_bytes = 0;  // of memory that dead_frames and dead_rows take
    std::vector<LostFrames> lost;
    // Notices among the records, by kind; and what notices go on from behind the stretch.
    using NoticeCounts = std::array<std::uint64_t, notice_kind_count>;
    NoticeCounts notices{};
    NoticeState notice_state;
    // Its stretch is not delivered with it, but later.
    std::optional<LateStretch> put_off;
    std::optional<std::int64_t> window;  // of an aggregate: which multiple of its length

    explicit OpenBatch(RecordBuffer buffer) : records(std::move(buffer)) {}
    void clear(Position from);
    [[nodiscard]] bool full(const BatchLimits& limits) const;
    // Frames of `lost`, by LossReason.
    [[nodiscard]] std::array<std::uint64_t, loss_reason_count> gone() const;
    // Nothing was read, no query let go, and nothing told.
    [[nodiscard]] bool empty() const;
};

}  // namespace tapferry
