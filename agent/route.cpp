#include "agent/route.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "agent/backoff.h"
#include "agent/batch_filler.h"
#include "agent/cursor.h"
#include "agent/dead_letter.h"
#include "agent/log.h"
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
// A position is written at most this often while batches settle one after another.
constexpr auto save_interval = 20ms;

std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string in_words(std::chrono::seconds duration) {
    return std::to_string(duration.count()) + " s";
}

}  // namespace

class Route::Loop {
  public:
    Loop(DestinationConfig config, Places places, Spool& spool, Disk& disk, Log& log)
        : config_(std::move(config)),
          spool_(spool),
          log_(log),
          position_file_(places.position, disk),
          cursor_(load()),
          at_start_(cursor_.settled().totals),
          filler_(config_, SpoolReader(places.spool, disk, cursor_.settled().position)),
          dead_letter_(places.dead_letter, config_.dead_letter_bytes),
          transport_(make_transport(config_.transport)),
          backoff_(config_.retry.initial, config_.retry.max, std::random_device{}()) {
        for (std::size_t i = 0; i < max_batches; ++i) spare_.push_back(filler_.make_batch());
        saved_position_ = number(cursor_.settled().position);
        publish();
    }

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

    RouteStatus status() const {
        const std::lock_guard lock(status_mutex_);
        RouteStatus status = status_;
        const Position end = spool_.end();
        status.pending = distance(status.saved.position, std::max(end, status.saved.position));
        if (status.pending == 0 || oldest_received_ == 0)
            status.lag_seconds = 0;
        else
            status.lag_seconds =
                static_cast<double>(std::max<std::int64_t>(0, unix_now() - oldest_received_));
        return status;
    }

    Position saved_position() const { return Position{saved_position_.load(std::memory_order_acquire)}; }
    const DestinationConfig& config() const { return config_; }

  private:
    struct Stop {
        Position up_to{};  // the log's end when the stop was asked for
        Clock::time_point deadline;
    };
    struct Lent {
        std::unique_ptr<OpenBatch> batch;
        Clock::time_point since;
        bool given_up = false;  // its outcome no longer matters: the log is read again from before it
    };
    struct Owed {  // what a ticket's settling still needs when the batch itself is released
        std::vector<DeadFrame> dead_frames;
        std::vector<LostFrames> lost;
        Clock::time_point since;
        Timestamp received;
    };

    SavedPosition load() {
        if (auto saved = position_file_.load()) {
            if (saved->position > spool_.end()) saved->position = spool_.end();
            return *saved;
        }
        SavedPosition saved;
        saved.start = config_.start == Start::oldest ? spool_.begin() : spool_.end();
        if (position_file_.damaged()) {
            saved.start = spool_.begin();
            log_.warn(
                config_.name,
                "its saved position is damaged in both copies: the log is read again from its beginning, so "
                "events are repeated and none is lost; its lifetime counters begin anew");
        }
        saved.position = saved.start;
        return saved;
    }

    void run() {
        while (!finished()) {
            if (wait_out_failure()) continue;
            if (!ready_) fill();
            if (ready_) hand_over();
            collect(ready_ || spare_.empty() ? Clock::now() + watching_wait : Clock::now());
            save_when_due(false);
        }
        save_when_due(true);
        const std::lock_guard lock(status_mutex_);
        status_.state = RouteStatus::State::stopped;
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
        if (cursor_.submitted_up_to() < stop->up_to || ready_) return false;
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

    // Takes a batch from the log when there is anything to take.
    void fill() {
        if (spare_.empty()) return;
        const auto stop = stop_asked();
        const Position until = stop ? stop->up_to : Position{~std::uint64_t{0}};
        if (!stop && !frames_are_there()) return;
        BatchLimits limits = config_.batch;
        if (backoff_.failing()) limits.max_events = std::min(limits.max_events, probe_events);
        OpenBatch& batch = *spare_.back();
        batch.clear(filler_.position());
        const Position begin = filler_.position();
        const auto stopped = filler_.fill(batch, limits, until);
        if (batch.end == begin) {
            // The log's files end before its own count does: a block is just being written, or the disk has
            // lost it.
            if (stopped == BatchFiller::Stopped::end_of_log && !stop) std::this_thread::sleep_for(1ms);
            return;
        }
        if (begin < cursor_.furthest()) batch.totals.repeated += batch.records.size();
        ready_ = std::move(spare_.back());
        spare_.pop_back();
    }

    // Waits for frames, then as long as the batch may linger for company. Nothing is read meanwhile, so a
    // slow trickle wakes the thread once a batch and not once a block.
    bool frames_are_there() {
        const Position here = filler_.position();
        if (lent_.empty()) {
            const auto wait = cursor_.idle() ? idle_wait : watching_wait;
            if (!spool_.wait_beyond(here, Clock::now() + wait)) return false;
        } else if (spool_.end() <= here) {
            // Bytes of a batch are still going out: that is what this thread is needed for.
            collect(Clock::now() + 5ms);
            return false;
        }
        const Position full = here + (config_.batch.max_events - 1);
        if (config_.batch.linger > 0ms && !stopping_)
            spool_.wait_beyond(full, Clock::now() + config_.batch.linger);
        return true;
    }

    void hand_over() {
        const std::size_t first = std::min(skip_, ready_->records.size());
        const Ticket ticket{next_ticket_};
        if (first < ready_->records.size()) {
            if (!transport_->submit({ready_->records, first}, ticket, Clock::now() + watching_wait)) return;
        }
        ++next_ticket_;
        skip_ -= first;
        Stretch stretch{ticket, ready_->end, ready_->totals, false};
        stretch.totals.records = ready_->records.size();
        cursor_.submitted(stretch);
        const auto now = Clock::now();
        owed_[ticket] = {std::move(ready_->dead_frames), std::move(ready_->lost), now, ready_->received};
        if (first < ready_->records.size()) {
            lent_[ticket] = {std::move(ready_), now};
        } else {  // nothing in it to send: every frame was filtered, undecodable or gone
            spare_.push_back(std::move(ready_));
            settle(ticket, {});
        }
        publish();
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

    void take(Outcome& outcome) {
        ++deliveries_[static_cast<std::size_t>(outcome.verdict)];
        auto lent = lent_.find(outcome.ticket);
        const bool given_up = !owed_.contains(outcome.ticket);
        if (!given_up && outcome.verdict == Verdict::retry) {
            fail(outcome);
        } else if (!given_up) {
            succeed(outcome, lent == lent_.end() ? nullptr : lent->second.batch.get());
        }
        if (lent != lent_.end()) {
            spare_.push_back(std::move(lent->second.batch));
            lent_.erase(lent);
        }
    }

    void succeed(const Outcome& outcome, const OpenBatch* batch) {
        note_recovery();
        if (outcome.verdict == Verdict::sent) return;
        settle(outcome.ticket, refused_events(outcome, batch));
    }

    // Keeps refused records in the dead letter; how many events they were of.
    std::uint64_t refused_events(const Outcome& outcome, const OpenBatch* batch) {
        if (batch == nullptr) return 0;
        const auto records = batch->records.records();
        std::vector<std::uint32_t> refused = outcome.refused_records;
        if (outcome.verdict == Verdict::refused) {
            refused.resize(records.size());
            for (std::uint32_t i = 0; i < refused.size(); ++i) refused[i] = i;
        }
        std::uint64_t events = 0;
        const EventId* last = nullptr;
        for (const auto index : refused) {
            const Record& record = records[index];
            if (!dead_letter_.keep_record(record.id, outcome.words, batch->records.content(record)))
                log_.error(config_.name,
                           std::string("a dead letter could not be kept: ") + std::strerror(errno));
            if (last == nullptr || !(*last == record.id)) ++events;
            last = &record.id;
        }
        if (events != 0)
            log_.warn(config_.name, std::to_string(events) + " events refused (" + outcome.words +
                                        "); they are in the dead letter");
        return events;
    }

    void settle(Ticket ticket, std::uint64_t dead_lettered) {
        const auto owed = owed_.find(ticket);
        for (const auto& frame : owed->second.dead_frames)
            if (!dead_letter_.keep_frame(frame.id, frame.words, frame.bytes))
                log_.error(config_.name,
                           std::string("a dead letter could not be kept: ") + std::strerror(errno));
        for (const auto& lost : owed->second.lost)
            log_.error(config_.name, std::to_string(distance(lost.from, lost.to)) + " events lost (" +
                                         std::string{loss_reason_name(lost.reason)} + "), sequence " +
                                         std::to_string(number(lost.from)) + " to " +
                                         std::to_string(number(lost.to) - 1));
        const double seconds = std::chrono::duration<double>(Clock::now() - owed->second.since).count();
        const auto bucket =
            std::lower_bound(delivery_seconds_bounds.begin(), delivery_seconds_bounds.end(), seconds);
        ++delivery_seconds_.buckets[static_cast<std::size_t>(bucket - delivery_seconds_bounds.begin())];
        delivery_seconds_.sum += seconds;
        owed_.erase(owed);
        cursor_.settle(ticket, dead_lettered);
    }

    // Everything under way is given up and read again from the settled position.
    void fail(const Outcome& outcome) {
        note_failure(outcome.words);
        skip_ = outcome.done;
        cursor_.rewind();
        owed_.clear();
        filler_.seek(cursor_.settled().position);
        if (ready_) spare_.push_back(std::move(ready_));
        ready_.reset();
        retry_at_ = Clock::now() + backoff_.next();
        if (stopping_) gave_up_stopping_ = true;  // what is left waits in the spool for the next start
    }

    void note_failure(const std::string& words) {
        if (failing_since_ == 0) failing_since_ = unix_now();
        if (words == words_) return;
        words_ = words;
        log_.warn(config_.name, "retrying: " + words + "; " + behind());
    }

    void note_recovery() {
        backoff_.reset();
        if (failing_since_ == 0) return;
        log_.info(config_.name, "delivering again after " +
                                    in_words(std::chrono::seconds{unix_now() - failing_since_}) + "; " +
                                    behind());
        failing_since_ = 0;
        words_.clear();
    }

    std::string behind() const {
        const Position end = std::max(spool_.end(), cursor_.settled().position);
        return std::to_string(distance(cursor_.settled().position, end)) + " events behind";
    }

    void save_when_due(bool now) {
        const Position position = cursor_.settled().position;
        if (number(position) == saved_position_) return;
        if (!now && Clock::now() - last_save_ < save_interval) return;
        last_save_ = Clock::now();
        SavedPosition saved = cursor_.settled();
        saved.incarnation = spool_.incarnation();
        saved.highest = spool_.end();
        if (position_file_.save(saved)) {
            saved_position_.store(number(position), std::memory_order_release);
            save_fails_ = false;
        } else if (!save_fails_) {
            save_fails_ = true;
            log_.error(config_.name, std::string("its position cannot be saved: ") + std::strerror(errno) +
                                         "; after a crash events since then are repeated");
        }
        publish();
    }

    void publish() {
        const std::lock_guard lock(status_mutex_);
        status_.name = config_.name;
        status_.patience = std::chrono::ceil<std::chrono::seconds>(config_.retry.max);
        status_.words = words_;
        status_.failing_since = failing_since_;
        status_.saved = cursor_.settled();
        status_.at_start = at_start_;
        status_.in_flight = cursor_.events_in_flight();
        status_.deliveries = deliveries_;
        status_.delivery_seconds = delivery_seconds_;
        oldest_received_ = owed_.empty() ? 0 : owed_.begin()->second.received.seconds;
        if (failing_since_ != 0) {
            status_.state = RouteStatus::State::retrying;
            oldest_received_ = failing_since_;
        } else {
            status_.state = cursor_.idle() ? RouteStatus::State::idle : RouteStatus::State::delivering;
        }
    }

    const DestinationConfig config_;
    Spool& spool_;
    Log& log_;
    PositionFile position_file_;
    Cursor cursor_;
    const RouteTotals at_start_;
    BatchFiller filler_;
    DeadLetter dead_letter_;
    // Batches: those lent to the transport must outlive it, so they stand before it.
    std::vector<std::unique_ptr<OpenBatch>> spare_;
    std::unique_ptr<OpenBatch> ready_;  // filled, and not yet taken by the transport
    std::map<Ticket, Lent> lent_;
    std::map<Ticket, Owed> owed_;  // tickets whose outcome still matters
    std::unique_ptr<Transport> transport_;
    std::uint64_t next_ticket_ = 1;
    std::size_t skip_ = 0;  // records of the next batch that the far side has already

    Backoff backoff_;
    std::optional<Clock::time_point> retry_at_;
    std::int64_t failing_since_ = 0;
    std::string words_;
    Clock::time_point last_save_{};
    bool save_fails_ = false;
    bool told_transport_ = false;
    bool gave_up_stopping_ = false;

    std::array<std::uint64_t, 4> deliveries_{};
    DeliverySeconds delivery_seconds_;

    mutable std::mutex stop_mutex_;
    std::condition_variable stop_signal_;
    std::optional<Stop> stop_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> saved_position_{0};
    mutable std::mutex status_mutex_;
    RouteStatus status_;
    std::int64_t oldest_received_ = 0;  // Unix seconds, of what is not settled; 0: nothing
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
