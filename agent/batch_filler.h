// From the log to a batch: reads frames, decodes them, passes the events through the stages and renders them,
// and counts what became of each frame. Owned by one route's thread. A stretch read again gives the same
// records.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/spool/reader.h"
#include "agent/spool/saved_position.h"
#include "encoders/encoder.h"
#include "encoders/make_encoder.h"
#include "encoders/records.h"
#include "proto/decoder.h"

namespace tapferry {

// A frame that no record could be made of, on its way to the dead letter.
struct DeadFrame {
    EventId id;
    std::string words;
    std::vector<std::uint8_t> bytes;
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

// A batch while it is filled, and until its outcome.
struct OpenBatch {
    RecordBuffer records;
    Position begin{};  // of the log's stretch that it covers
    Position end{};
    RouteTotals totals;  // of that stretch
    Timestamp received;  // of its first frame
    std::vector<DeadFrame> dead_frames;
    std::size_t dead_bytes = 0;  // of memory that dead_frames take
    std::vector<LostFrames> lost;

    explicit OpenBatch(RecordBuffer buffer) : records(std::move(buffer)) {}
    void clear(Position from);
    [[nodiscard]] bool full(const BatchLimits& limits) const;
};

class BatchFiller {
  public:
    BatchFiller(const DestinationConfig& destination, SpoolReader reader);

    [[nodiscard]] std::unique_ptr<OpenBatch> make_batch() const;

    enum class Stopped : std::uint8_t { full, end_of_log };
    // Goes on from where it stands until the batch is full by `limits`, `until` is reached, or the log ends.
    Stopped fill(OpenBatch& batch, const BatchLimits& limits, Position until);

    [[nodiscard]] Position position() const { return position_; }
    void seek(Position position);

  private:
    void take(const SpoolFrame& frame, OpenBatch& batch);
    void render(const SpoolFrame& frame, OpenBatch& batch);
    [[nodiscard]] const char* fault_of(std::span<const Record> records) const;

    Framing framing_;
    std::unique_ptr<Envelope> envelope_;
    std::unique_ptr<Encoder> encoder_;
    Stages stages_;
    std::size_t max_record_bytes_;
    SpoolReader reader_;
    Decoder decoder_;
    Event event_;
    // The block being taken; its frames from next_ on are still to come.
    SpoolBlock block_;
    std::size_t next_ = 0;
    Position position_{};
};

}  // namespace tapferry
