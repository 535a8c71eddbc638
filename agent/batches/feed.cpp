#include "agent/batches/feed.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "agent/spool/death_point.h"
#include "agent/spool/spool.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto ask_time_after = 100ms;

}  // namespace

Feed::Feed(const DestinationConfig& destination, Spool& spool, SpoolReader reader,
           std::unique_ptr<Encoder> encoder)
    : spool_(spool), filler_(destination, std::move(reader), std::move(encoder)) {}

std::vector<std::unique_ptr<OpenBatch>> Feed::make_batches(std::size_t count) const {
    std::vector<std::unique_ptr<OpenBatch>> batches;
    for (std::size_t i = 0; i < count; ++i) batches.push_back(filler_.make_batch());
    return batches;
}

std::unique_ptr<OpenBatch> Feed::fill(const BatchLimits& limits, std::optional<Position> until, bool there) {
    if (!begun_) batch_->clear(filler_.position());
    begun_ = true;
    const Position before = filler_.position();
    const auto stopped = filler_.fill(*batch_, limits, until.value_or(Position{~std::uint64_t{0}}));
    const bool whole = stopped == BatchFiller::Stopped::full || !filler_.aggregates();
    const bool moved = filler_.position() != before || (whole && !batch_->empty());
    wait_for_time(filler_.waits_for_time(whole ? nullptr : batch_.get()));
    rest(moved, there);
    if (!filler_.aggregates()) learn(stopped, limits);
    if (!whole) return nullptr;
    if (filler_.aggregates()) death_point("window.closed");
    begun_ = false;
    return batch_->empty() ? nullptr : std::move(batch_);
}

// How many frames fill the bytes of a batch changes with what they hold.
void Feed::learn(BatchFiller::Stopped stopped, const BatchLimits& limits) {
    const std::uint64_t frames = batch_->totals.read;
    // One that passes what was given up is over without any.
    const bool by_bytes =
        frames != 0 && stopped == BatchFiller::Stopped::full && batch_->totals.rendered < limits.max_events;
    if (by_bytes)
        fill_the_bytes_ = frames;
    else if (frames >= fill_the_bytes_)
        fill_the_bytes_ = ~std::uint64_t{0};
}

// The log's files end before its count does: the block is just being written, or a disk gives nothing back.
void Feed::rest(bool moved, bool there) {
    if (!moved && there) std::this_thread::sleep_for(1ms * (1 << std::min(empty_fills_, 6)));
    empty_fills_ = moved ? 0 : empty_fills_ + 1;
}

const OpenBatch* Feed::open_window() const {
    return begun_ && batch_ && batch_->window ? batch_.get() : nullptr;
}

std::array<std::uint64_t, loss_reason_count> Feed::gone_in_hand() const {
    if (begun_ && batch_) return batch_->gone();
    return {};
}

void Feed::seek(const SavedPosition& settled) {
    begun_ = false;
    filler_.seek(settled);
    // Queries that wait there may be over though no frame comes any more.
    if (settled.open != 0) wait_for_time(true);
}

std::unique_ptr<OpenBatch> Feed::put_off(const SavedPosition& place, Position end, std::uint64_t incarnation,
                                         std::unique_ptr<OpenBatch> spare) {
    begun_ = false;
    spare->clear(place.position);
    filler_.put_off(*spare, place, end, incarnation);
    wait_for_time(filler_.waits_for_time(nullptr));
    return spare;
}

bool Feed::time_may_have_passed() {
    if (!waits_for_time_ || Clock::now() - asked_time_ < ask_time_after) return false;
    asked_time_ = Clock::now();
    return true;
}

// While nothing comes, the log tells the time as long as somebody waits for it.
void Feed::wait_for_time(bool waits) {
    if (waits != waits_for_time_) spool_.wait_for_time(waits);
    waits_for_time_ = waits;
}

}  // namespace tapferry
