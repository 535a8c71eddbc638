// What a route takes from the log: batch after batch, each when it is full or nothing more is there. Owned by
// the route's thread.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "agent/batches/batch_filler.h"
#include "agent/batches/open_batch.h"

namespace tapferry {

class Spool;

class Feed {
  public:
    // `encoder`: as BatchFiller.
    Feed(const DestinationConfig& destination, Spool& spool, SpoolReader reader,
         std::unique_ptr<Encoder> encoder);
    ~Feed() { wait_for_time(false); }
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    [[nodiscard]] std::vector<std::unique_ptr<OpenBatch>> make_batches(std::size_t count) const;

    // Goes on filling the batch at hand. A batch that is whole, or null. `there`: frames are, as far as is
    // known.
    [[nodiscard]] std::unique_ptr<OpenBatch> fill(const BatchLimits& limits, std::optional<Position> until,
                                                  bool there);
    // What lies between that place and `end` is left for later: a batch of its own says so, and the feed goes
    // on at `end`, behind a number of that incarnation. What was gathered is forgotten. `spare`: an empty
    // batch.
    [[nodiscard]] std::unique_ptr<OpenBatch> put_off(const SavedPosition& place, Position end,
                                                     std::uint64_t incarnation,
                                                     std::unique_ptr<OpenBatch> spare);
    // As BatchFiller.
    void end_at(Position end) { filler_.end_at(end); }
    // With so many frames there a batch of at most `max_events` waits for no more: the last one was filled by
    // the bytes of so many, or by its events.
    [[nodiscard]] std::uint64_t enough(std::uint64_t max_events) const {
        return std::min(max_events, fill_the_bytes_);
    }
    // There is a batch to fill.
    [[nodiscard]] bool has_batch() const { return batch_ != nullptr; }
    void give(std::unique_ptr<OpenBatch> batch) { batch_ = std::move(batch); }
    // An aggregate whose window is not over; null: there is none.
    [[nodiscard]] const OpenBatch* open_window() const;

    // Frames that were gone when that was read, by LossReason.
    [[nodiscard]] std::array<std::uint64_t, loss_reason_count> gone_in_hand() const;

    // What was gathered is forgotten: it is read again from there.
    void seek(const SavedPosition& settled);
    // Whether the log is to be asked for the time, because no frame tells it.
    [[nodiscard]] bool time_may_have_passed();

    [[nodiscard]] Position position() const { return filler_.position(); }
    [[nodiscard]] Position read_up_to() const { return filler_.read_up_to(); }
    [[nodiscard]] const OddEvents& odd_events() const { return filler_.odd_events(); }
    [[nodiscard]] BatchFiller& filler() { return filler_; }
    [[nodiscard]] const BatchFiller& filler() const { return filler_; }

  private:
    void wait_for_time(bool waits);
    void rest(bool moved, bool there);
    void learn(BatchFiller::Stopped stopped, const BatchLimits& limits);

    Spool& spool_;
    BatchFiller filler_;
    std::unique_ptr<OpenBatch> batch_;
    bool begun_ = false;  // batch_ holds what was read
    bool waits_for_time_ = false;
    std::chrono::steady_clock::time_point asked_time_{};
    int empty_fills_ = 0;                               // one after another
    std::uint64_t fill_the_bytes_ = ~std::uint64_t{0};  // frames that do
};

}  // namespace tapferry
