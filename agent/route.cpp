#include "agent/route.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <thread>
#include <vector>

#include "agent/backoff.h"
#include "agent/batch_filler.h"
#include "agent/burial.h"
#include "agent/cursor.h"
#include "agent/in_flight.h"
#include "agent/log.h"
#include "agent/position_keeper.h"
#include "agent/route_report.h"
#include "agent/spool/death_point.h"
#include "agent/spool/disk.h"
#include "agent/spool/spool.h"
#include "transports/make_transport.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Verdict = Outcome::Verdict;

namespace {

// One batch is filled while others are on their way.
constexpr std::size_t max_batches = 3;
// After a failure one small batch goes first, to see whether the far side is there.
constexpr std::size_t probe_events = 100;
// How long a thread with nothing to do sleeps before it looks around.
constexpr auto idle_wait = 500ms;
// The same while the far side still owes an answer: its connection is watched.
constexpr auto watching_wait = 100ms;

}  // namespace

class Route::Loop {
  public:
    Loop(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log)
        : config_(std::move(config)),
          spool_(spool),
          keeper_(places.position, disk, spool),
          cursor_(keeper_.load(config_, log)),
          filler_(config_, spool.reader(cursor_.settled().position)),
          in_flight_(make_batches(filler_)),
          transport_(make_transport(config_.transport)),
          backoff_(config_.retry.initial, config_.retry.max, std::random_device{}()),
          report_(config_, cursor_.settled().totals, log),
          burial_(DeadLetter(places.dead_letter, config_.dead_letter_bytes), report_) {
        // Where it begins is kept before anything is delivered: a restart must not begin elsewhere.
        keeper_.save(cursor_.settled(), report_);
        seek_settled();
        publish();
    }
    ~Loop() { wait_for_time(false); }

    void start() {
        thread_ = std::thread([this] { run(); });
    }

    void stop(Clock::time_point deadline) {
        {
            const std::lock_guard lock(stop_mutex_);
            if (!stop_) stop_ = Stop{spool_.end(), deadline};
            stop_->deadline = std::min(stop_->deadline, deadline);
        }
        stopping_ = true;
        stop_signal_.notify_all();
        spool_.wake_all();
    }

    void join() {
        if (thread_.joinable()) thread_.join();
    }

    RouteStatus status() const { return report_.status(spool_.end()); }
    Position saved_position() const { return keeper_.saved(); }
    const DestinationConfig& config() const { return config_; }

  private:
    struct Stop {
        Position up_to{};  // the log's end when the stop was asked for
        Clock::time_point deadline;
    };

    static std::vector<std::unique_ptr<OpenBatch>> make_batches(const BatchFiller& filler) {
        std::vector<std::unique_ptr<OpenBatch>> batches;
        for (std::size_t i = 0; i < max_batches; ++i) batches.push_back(filler.make_batch());
        return batches;
    }

    void run() {
        while (!finished()) {
            if (wait_out_failure()) continue;
            if (!ready_) fill();
            if (ready_) hand_over();
            collect(ready_ || !(gathering_ || in_flight_.has_spare()) ? Clock::now() + watching_wait
                                                                      : Clock::now());
            save_when_due(false);
        }
        save_when_due(true);
        report_.stopped();
    }

    std::optional<Stop> stop_asked() const {
        if (!stopping_) return std::nullopt;
        const std::lock_guard lock(stop_mutex_);
        return stop_;
    }

    bool finished() {
        const auto stop = stop_asked();
        if (!stop) return false;
        if (Clock::now() >= stop->deadline || gave_up_stopping_) return true;
        // An aggregate whose window is not over waits in the spool.
        if (filler_.position() < stop->up_to || ready_) return false;
        if (!told_transport_) {
            told_transport_ = true;
            transport_->finish(stop->deadline);
        }
        return cursor_.idle();
    }

    // Sleeps through the pause after a failure, but for a stop. Whether the loop has to look around first.
    bool wait_out_failure() {
        if (!retry_at_) return false;
        std::unique_lock lock(stop_mutex_);
        stop_signal_.wait_until(lock, *retry_at_, [this] { return stop_.has_value(); });
        retry_at_.reset();
        return true;
    }

    // Takes a batch from the log when there is anything to take; an aggregate's, bit by bit.
    void fill() {
        if (!gathering_ && !in_flight_.has_spare()) return;
        if (in_flight_.owes_much()) return collect(Clock::now() + watching_wait);
        const auto stop = stop_asked();
        const bool there = stop || frames_are_there();
        if (!there && !time_may_have_passed()) return;
        BatchLimits limits = config_.batch;
        if (probing_) limits.max_events = std::min(limits.max_events, probe_events);
        if (!gathering_) {
            gathering_ = in_flight_.take_spare();
            gathering_->clear(filler_.position());
        }
        const Position before = filler_.position();
        const auto stopped =
            filler_.fill(*gathering_, limits, stop ? stop->up_to : Position{~std::uint64_t{0}});
        const bool whole = stopped == BatchFiller::Stopped::full || !filler_.aggregates();
        const bool moved = filler_.position() != before || (whole && !gathering_->empty());
        wait_for_time(filler_.waits_for_time(whole ? nullptr : gathering_.get()));
        if (whole && filler_.aggregates()) death_point("window.closed");
        if (whole) take_filled();
        if (!whole) publish();
        // The log's files end before its count does: the block is just being written, or a disk gives nothing
        // back.
        if (!moved && there) std::this_thread::sleep_for(1ms * (1 << std::min(empty_fills_, 6)));
        empty_fills_ = moved ? 0 : empty_fills_ + 1;
    }

    void take_filled() {
        first_ = 0;
        if (gathering_->empty()) {
            in_flight_.give_back(std::move(gathering_));
        } else {
            ready_ = std::move(gathering_);
        }
    }

    // Whether the log is to be asked for the time, because no frame tells it.
    bool time_may_have_passed() {
        if (!waits_for_time_ || retry_at_ || Clock::now() - asked_time_ < watching_wait) return false;
        asked_time_ = Clock::now();
        return true;
    }

    // While nothing comes, the log tells the time as long as somebody waits for it.
    void wait_for_time(bool waits) {
        if (waits != waits_for_time_) spool_.wait_for_time(waits);
        waits_for_time_ = waits;
    }

    // Waits for frames, then as long as the batch may linger for company. Nothing is read meanwhile, so a
    // slow trickle wakes the thread once a batch and not once a block.
    bool frames_are_there() {
        const Position here = filler_.position();
        if (in_flight_.lends() && spool_.end() <= here) {
            // Bytes of a batch are still going out: that is what this thread is needed for.
            collect(Clock::now() + 5ms);
            return false;
        }
        const auto wait = cursor_.idle() ? idle_wait : watching_wait;
        if (!spool_.wait_beyond(here, Clock::now() + wait)) return false;
        linger(here + (config_.batch.max_events - 1), Clock::now() + config_.batch.linger);
        return !retry_at_;
    }

    // Waits for a full batch, and looks after what is under way meanwhile.
    void linger(Position full, Clock::time_point until) {
        while (!stopping_ && !retry_at_ && Clock::now() < until) {
            if (in_flight_.lends()) {
                collect(std::min(until, Clock::now() + 5ms));
            } else {
                if (spool_.wait_beyond(full, std::min(until, Clock::now() + watching_wait))) return;
                collect(Clock::now());
            }
        }
    }

    void hand_over() {
        const std::size_t sending = ready_->records.size() - first_;
        const Ticket ticket{next_ticket_};
        if (sending != 0 &&
            !transport_->submit({ready_->records, first_}, ticket, Clock::now() + watching_wait))
            return;
        if (sending != 0) death_point("batch.sent");
        ++next_ticket_;
        Stretch stretch{ticket,         ready_->end, ready_->open_from, ready_->open, ready_->totals,
                        ready_->unread, false};
        stretch.totals.records = ready_->records.size();
        cursor_.repeat(count_repeats(*ready_));
        cursor_.submitted(stretch);
        in_flight_.owe(ticket, *ready_);
        if (sending != 0) {
            in_flight_.lend(ticket, {std::move(ready_), first_});
        } else {  // every frame was filtered, undecodable or gone
            in_flight_.give_back(std::move(ready_));
            settle(ticket, {});
        }
        publish();
    }

    // Records of events that may be at the far side already. A query that was let go has an earlier number
    // than the stretch that told it.
    std::uint64_t count_repeats(const OpenBatch& batch) const {
        const std::uint64_t furthest = number(cursor_.furthest());
        const auto records = batch.records.records().subspan(first_);
        return static_cast<std::uint64_t>(
            std::count_if(records.begin(), records.end(), [&](const Record& record) {
                return std::max(record.id.sequence, number(batch.begin)) < furthest;
            }));
    }

    // Takes the outcomes there are; waits for the first one until `deadline`.
    void collect(Deadline deadline) {
        bool changed = false;
        while (auto outcome = transport_->wait(deadline)) {
            take(*outcome);
            changed = true;
            deadline = Clock::now();
        }
        if (changed) publish();
    }

    void take(const Outcome& outcome) {
        report_.count(outcome.verdict);
        const LentBatch* lent = in_flight_.lent(outcome.ticket);
        if (lent != nullptr && outcome.handed_over) cursor_.handed_over(lent->batch->end);
        if (in_flight_.matters(outcome.ticket)) {
            if (outcome.verdict == Verdict::retry) {
                fail(outcome, lent);
            } else {
                succeed(outcome, lent);
            }
        }
        in_flight_.take_back(outcome.ticket);
    }

    // That bytes were sent says that the far side is there; that it takes them, only that they were accepted.
    void succeed(const Outcome& outcome, const LentBatch* lent) {
        probing_ = false;
        if (outcome.verdict == Verdict::sent) return;
        backoff_.reset();
        report_.recovered(behind());
        death_point("batch.acknowledged");
        settle(outcome.ticket,
               lent == nullptr ? Burial::Refused{} : burial_.bury_refused(outcome, lent->batch->records));
    }

    // Everything under way is given up and read again from the settled position; but a batch of which the far
    // side has a part already is kept, and goes on from there.
    void fail(const Outcome& outcome, const LentBatch* lent) {
        report_.failed(outcome.words, behind(), in_flight_.oldest_received());
        probing_ = true;
        for (auto* batch : {&ready_, &gathering_})
            if (*batch) in_flight_.give_back(std::move(*batch));
        cursor_.rewind();
        if (lent != nullptr && lent->first + outcome.done != 0) {
            first_ = lent->first + outcome.done;
            ready_ = in_flight_.reclaim(outcome.ticket);
            filler_.seek(ready_->end, ready_->open_from, ready_->open);
        } else {
            seek_settled();
        }
        in_flight_.forget();
        retry_at_ = Clock::now() + backoff_.next();
        if (stopping_) gave_up_stopping_ = true;  // what is left waits in the spool for the next start
    }

    void seek_settled() {
        const SavedPosition& settled = cursor_.settled();
        filler_.seek(settled.position, settled.open_from, settled.open);
        // Queries that wait there may be over though no frame comes any more.
        if (settled.open != 0) wait_for_time(true);
    }

    // What is left behind is buried when the position passes it: before that it may be read again.
    void settle(Ticket ticket, const Burial::Refused& refused) {
        cursor_.settle(ticket, refused.events, refused.records);
        const auto passed = in_flight_.settle(cursor_.settled_ticket());
        death_point("batch.settled");
        burial_.bury_left(passed);
        for (const Owed& owed : passed) {
            report_.count_delivery(std::chrono::duration<double>(Clock::now() - owed.since).count());
            report_.count(owed.cuts);
            report_.count_left_out(owed.left_out);
        }
    }

    std::uint64_t behind() const {
        const Position position = cursor_.settled().position;
        return distance(position, std::max(spool_.end(), position));
    }

    void save_when_due(bool now) {
        if (keeper_.save_when_due(cursor_.settled(), now, report_)) publish();
    }

    void publish() {
        const bool open = gathering_ && gathering_->window;
        report_.publish(cursor_, in_flight_.oldest_received(), open ? gathering_.get() : nullptr,
                        filler_.odd_events());
    }

    const DestinationConfig config_;
    Spool& spool_;
    PositionKeeper keeper_;
    Cursor cursor_;
    BatchFiller filler_;
    InFlight in_flight_;                    // batches lent to the transport must outlive it
    std::unique_ptr<OpenBatch> gathering_;  // being filled: the aggregate of a window that is not over
    std::unique_ptr<OpenBatch> ready_;      // filled, and not yet taken by the transport
    std::unique_ptr<Transport> transport_;
    std::uint64_t next_ticket_ = 1;
    int empty_fills_ = 0;    // one after another
    std::size_t first_ = 0;  // of ready_: records before it are at the far side already

    Backoff backoff_;
    std::optional<Clock::time_point> retry_at_;
    bool probing_ = false;  // after a failure, until the far side takes bytes again
    bool waits_for_time_ = false;
    Clock::time_point asked_time_{};
    bool told_transport_ = false;
    bool gave_up_stopping_ = false;
    RouteReport report_;
    Burial burial_;

    mutable std::mutex stop_mutex_;
    std::condition_variable stop_signal_;
    std::optional<Stop> stop_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

Route::Route(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log)
    : loop_(std::make_unique<Loop>(std::move(config), std::move(places), spool, disk, log)) {}
Route::~Route() {
    stop(Clock::now());
    join();
}
void Route::start() {
    loop_->start();
}
void Route::stop(Clock::time_point deadline) {
    loop_->stop(deadline);
}
void Route::join() {
    loop_->join();
}
RouteStatus Route::status() const {
    return loop_->status();
}
Position Route::saved_position() const {
    return loop_->saved_position();
}
const DestinationConfig& Route::config() const {
    return loop_->config();
}

}  // namespace tapferry
