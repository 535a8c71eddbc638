// From the log to a batch: reads frames, decodes them, pairs queries with responses, and has the events
// rendered. Owned by one route's thread. Everything follows from the log and its times of receipt, never from
// a clock: a stretch read again gives the same records.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include "agent/batches/crash_watch.h"
#include "agent/batches/odd_events.h"
#include "agent/batches/open_batch.h"
#include "agent/batches/renderer.h"
#include "agent/batches/route_notices.h"
#include "agent/spool/reader.h"
#include "agent/stages/pairing.h"
#include "proto/decoder.h"

namespace tapferry {

class BatchFiller {
  public:
    // `encoder`: null: the one of the destination's format.
    BatchFiller(const DestinationConfig& destination, SpoolReader reader,
                std::unique_ptr<Encoder> encoder = nullptr);

    [[nodiscard]] std::unique_ptr<OpenBatch> make_batch() const { return renderer_.make_batch(); }

    enum class Stopped : std::uint8_t {
        full,        // the batch is over; it may be empty
        end_of_log,  // likewise, but for an aggregate's: that one is to be filled on
        pause,       // of an aggregate: much was read
    };
    // Goes on from where it stands until the batch is full by `limits`, `until` is reached, or the log ends.
    // An aggregate's batch is full when its window is over or its encoder says so, by no other limit, and is
    // given to fill() until then.
    Stopped fill(OpenBatch& batch, const BatchLimits& limits, Position until);

    [[nodiscard]] Position position() const { return position_; }
    [[nodiscard]] const OddEvents& odd_events() const { return odd_; }
    // Up to where the log was read: what lies before is here, or settled.
    [[nodiscard]] Position read_up_to() const { return std::max(position_, reader_.position()); }
    // Goes to another place, with the queries that waited there. What was gathered is forgotten.
    void seek(const SavedPosition& place);
    // Its log ends there: what waits there waits no longer, and an aggregate's window is over. Queries are
    // told as they are: their responses may have been told already.
    void end_at(Position end) { end_ = end; }
    [[nodiscard]] RouteNotices& notices() { return notices_; }
    [[nodiscard]] const RouteNotices& notices() const { return notices_; }
    [[nodiscard]] CrashWatch& crashes() { return *crashes_; }
    // From now on it heeds and uses the watch of another filler of its thread, which must outlive it.
    void share(CrashWatch& crashes) { crashes_ = &crashes; }

    // What lies before `end`, and queries that wait at `place`, is left for later: a batch says so, with what
    // is to be told before. `incarnation`: of the number before the end.
    void put_off(OpenBatch& batch, const SavedPosition& place, Position end, std::uint64_t incarnation);
    // A frame that is a dead letter becomes records as it would now, alone: nothing is paired or told. False:
    // it does not, or the destination takes aggregates.
    [[nodiscard]] bool render_again(const FrameOrigin& origin, std::span<const std::uint8_t> frame,
                                    OpenBatch& batch);

    // Its batches are aggregates.
    [[nodiscard]] bool aggregates() const { return window_.has_value(); }
    // The time alone, that nothing came, would make something of what is held.
    [[nodiscard]] bool waits_for_time(const OpenBatch* gathering) const {
        return (pairing_ && pairing_->open() != 0) || notices_.waits_for_time() ||
               (gathering != nullptr && gathering->window);
    }

  private:
    void go_to(Position position, Position open_from, std::uint64_t open);
    [[nodiscard]] bool is_given_up() const;
    void give_up(OpenBatch& batch);
    [[nodiscard]] std::uint64_t open() const;  // queries that wait
    [[nodiscard]] Position open_from() const;
    Stopped go_on(OpenBatch& batch, const BatchLimits& limits, Position until);
    bool let_go_at_end(OpenBatch& batch);
    [[nodiscard]] SpoolGap within(const SpoolGap& gap) const;
    [[nodiscard]] bool is_full(const OpenBatch& batch, const BatchLimits& limits) const;
    bool resume(OpenBatch& batch);
    void hold_again(const SpoolBlock& block);
    void count_for_notices(const OpenBatch& batch);
    void check_resumed(OpenBatch& batch);
    bool read_on(OpenBatch& batch);
    void pass_gap(const SpoolGap& gap, OpenBatch& batch);
    void take(const SpoolFrame& frame, OpenBatch& batch);
    void bury_condemned(const FrameOrigin& origin, std::span<const std::uint8_t> frame,
                        OpenBatch& batch) const;
    void tell_what_is_due(OpenBatch& batch);
    void take_notice(const SpoolNotice& notice, OpenBatch& batch);
    [[nodiscard]] bool pair(OpenBatch& batch);
    enum class Wait : std::uint8_t { over, cut_short };
    void tell(const HeldQuery& query, const Timestamp& time, OpenBatch& batch, Wait wait = Wait::over);
    [[nodiscard]] bool over(const OpenBatch& batch, const std::optional<Timestamp>& time) const;
    void gather(OpenBatch& batch, const Timestamp& time) const;

    Renderer renderer_;
    const bool tells_notices_;
    RouteNotices notices_;
    CrashWatch own_crashes_;
    CrashWatch* crashes_ = &own_crashes_;
    RouteTotals counted_;  // of the batch's totals: what notices_ knows of
    const std::optional<std::chrono::milliseconds> window_;
    const std::optional<PairingOptions> transactions_;
    std::optional<Pairing> pairing_;
    // Until the queries that wait at position_ are had again: how many there are, and what was lost of them.
    struct Resumption {
        std::uint64_t open = 0;
        Position open_from{};
        LossReason loss = LossReason::damage;
        std::vector<DeadFrame> condemned{};  // among what is read again
    };
    std::optional<Resumption> resumption_;
    SpoolReader reader_;
    Decoder decoder_;
    Event event_;
    OddEvents odd_;
    Decoder held_decoder_;
    Event held_event_;
    // The block being taken; its frames from next_ on are still to come.
    SpoolBlock block_;
    std::size_t next_ = 0;
    Position position_{};
    Position end_{~std::uint64_t{0}};  // as end_at()
    GivenUp given_up_;
    std::optional<Timestamp> now_;  // of the last block or time that was read
};

}  // namespace tapferry
