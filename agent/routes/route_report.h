// What a route tells of itself: the view that others may ask for at any time, and one line in the log for
// each change of state, as long as they are few. Written by the route's thread, read by any.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "agent/batches/odd_events.h"
#include "agent/batches/open_batch.h"
#include "agent/log.h"
#include "agent/routes/cursor.h"
#include "agent/routes/parcel.h"
#include "agent/routes/route.h"
#include "agent/routes/told_changes.h"
#include "transports/transport.h"

namespace tapferry {

class RouteReport {
  public:
    RouteReport(const DestinationConfig& destination, const RouteTotals& at_start, Log& log);

    // The far side could not be had, or could again; `behind`: frames not yet settled.
    // `needs_a_person`: it will not get better by itself.
    void failed(const std::string& words, bool needs_a_person, std::uint64_t behind,
                std::optional<Timestamp> oldest_waiting);
    // It has had something in hand for so long, and says nothing of it.
    void silent(std::chrono::seconds since, std::uint64_t behind, std::optional<Timestamp> oldest_waiting);
    // The next recovered() is news: a route before this one was in trouble.
    void follow_trouble() { follows_trouble_ = true; }
    void recovered(std::uint64_t behind);
    // Changes that no line has told of, when it is time.
    void tell_changes_when_due(std::uint64_t behind);
    // Too many records were refused, for this reason at last; and that is over.
    void held(const std::string& words, std::uint64_t behind);
    void let_go();
    [[nodiscard]] std::int64_t held_since() const { return held_since_; }  // Unix seconds; 0: it is not
    [[nodiscard]] bool failing() const { return failing_since_ != 0; }
    [[nodiscard]] std::int64_t failing_since() const { return failing_since_; }  // as RouteStatus

    void count(Outcome::Verdict verdict);
    void count(const Owed& settled);
    void tell_lost(const LostFrames& lost);
    // So many queries that waited for their response are gone from the log.
    void tell_unread(std::uint64_t queries);
    // So many frames were given up, because somebody asked for it.
    void tell_given_up(std::uint64_t frames);
    // The spool drops what waits here, so many frames by now; 0: it does not. Told when it begins, and now
    // and then while it goes on.
    void tell_dropped(std::uint64_t frames);
    // What waits there is delivered later; and all of that is.
    void tell_put_off(const LateStretch& stretch);
    void tell_caught_up();
    // So many events, or rows of an aggregate, go to the dead letter, and why. Told at once, and then what
    // comes within a minute in one line.
    void tell_dead_events(std::uint64_t events, const std::string& words);
    void tell_dead_rows(std::uint64_t rows, const std::string& words);
    // What waits to be told so, when it is time, or now.
    void tell_dead_when_due(bool now = false);
    void count_dead_records(std::uint64_t records) { dead_records_ += records; }
    void count_dropped_letters(std::uint64_t in_all) { letters_.dropped = in_all; }
    void count_letter_not_kept() { ++letters_.not_kept; }
    [[nodiscard]] std::uint64_t letters_not_kept() const { return letters_.not_kept; }
    // Seen by others at once.
    void count_purged_letters(std::uint64_t letters);
    // A batch of dead letters was sent again: so many records of it were refused, and the others accepted.
    void count_sent_again(std::uint64_t records, std::uint64_t refused);
    // All that waited to be sent again was; so many letters went back because they may not be sent. `whole`:
    // nothing was left waiting for want of room on the disk.
    void tell_sent_again(std::uint64_t back, bool whole);
    void tell_trouble(const std::string& text) { log_.error(name_, text); }
    void tell_warning(const std::string& text) { log_.warn(name_, text); }

    struct Progress {
        SavedPosition saved;
        std::optional<Timestamp> oldest_received;  // of what is not settled, as far as it is known
        std::uint64_t in_flight = 0;               // as RouteStatus
        bool delivers = false;                     // something is under way
        OddEvents odd_events;
        std::array<std::uint64_t, loss_reason_count> lost_ahead{};  // as RouteStatus
    };
    // Makes the present state the one that others see.
    void publish(Progress now);
    void stopped();

    // By any thread; `end`: of the log now.
    [[nodiscard]] RouteStatus status(Position end) const;

  private:
    void tell_failure(std::uint64_t behind, std::uint64_t untold);
    void count_delivery(double seconds);
    void count(const CutCounts& cuts);
    void count(const OpenBatch::NoticeCounts& notices);

    const std::string name_;
    Log& log_;
    // Of the route's thread alone:
    std::int64_t failing_since_ = 0;  // Unix seconds; 0: it is not failing
    std::string words_;
    bool follows_trouble_ = false;
    bool needs_a_person_ = false;
    ToldChanges changes_;
    std::string held_words_;       // empty: it is not held
    std::int64_t held_since_ = 0;  // Unix seconds, while it is
    std::chrono::steady_clock::time_point told_failure_{};
    std::int64_t oldest_waiting_ = 0;  // Unix seconds, while it is failing
    std::uint64_t dead_records_ = 0;
    // Events and rows that no line has told of, and why the last of them went.
    std::uint64_t untold_events_ = 0;
    std::uint64_t untold_rows_ = 0;
    std::string untold_words_;
    std::chrono::steady_clock::time_point told_dead_at_{};
    LetterCounts letters_;
    LetterCounts told_letters_;
    std::array<std::uint64_t, verdict_count> deliveries_{};
    DeliverySeconds delivery_seconds_;
    CutCounts cuts_{};
    OpenBatch::NoticeCounts notices_{};
    std::uint64_t left_out_ = 0;
    std::uint64_t told_dropped_ = 0;
    std::chrono::steady_clock::time_point told_dropped_at_{};
    // Of everybody:
    mutable std::mutex mutex_;
    RouteStatus status_;
    std::int64_t oldest_received_ = 0;  // Unix seconds, of what is not settled; 0: nothing
};

}  // namespace tapferry
