#include "agent/routes/route_report.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tapferry {

namespace {

constexpr std::chrono::minutes retell_after{1};

std::int64_t unix_now() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string events_words(std::uint64_t events) {
    return std::to_string(events) + (events == 1 ? " event" : " events");
}

std::string events_behind(std::uint64_t behind) {
    return events_words(behind) + " behind";
}

// Behind a line about the state: how often that had changed without one.
std::string changes_words(std::uint64_t untold) {
    if (untold == 0) return {};
    return "; it comes and goes: " + std::to_string(untold) + " earlier changes were not logged";
}

}  // namespace

RouteReport::RouteReport(const DestinationConfig& destination, const RouteTotals& at_start, Log& log)
    : name_(destination.name), log_(log) {
    status_.name = destination.name;
    status_.patience = std::chrono::ceil<std::chrono::seconds>(destination.retry.max);
    status_.at_start = at_start;
}

void RouteReport::failed(const std::string& words, bool needs_a_person, std::uint64_t behind,
                         std::optional<Timestamp> oldest_waiting) {
    const bool news = failing_since_ == 0 || needs_a_person != needs_a_person_;
    if (failing_since_ == 0) failing_since_ = unix_now();
    needs_a_person_ = needs_a_person;
    oldest_waiting_ =
        oldest_waiting && oldest_waiting->seconds != 0 ? oldest_waiting->seconds : failing_since_;
    if (words == words_ && !news) return;
    words_ = words;
    const auto now = std::chrono::steady_clock::now();
    if (news) {
        if (const auto untold = changes_.change(now)) tell_failure(behind, *untold);
    } else if (now - told_failure_ >= retell_after) {
        // Several addresses fail in as many words, in turn.
        tell_failure(behind, 0);
    }
}

void RouteReport::tell_failure(std::uint64_t behind, std::uint64_t untold) {
    told_failure_ = std::chrono::steady_clock::now();
    if (needs_a_person_)
        log_.error(name_, "cannot deliver until that is changed: " + words_ + "; " + events_behind(behind) +
                              ", kept in the spool" + changes_words(untold));
    else
        log_.warn(name_, "retrying: " + words_ + "; " + events_behind(behind) + changes_words(untold));
}

void RouteReport::tell_changes_when_due(std::uint64_t behind) {
    const auto untold = changes_.due(std::chrono::steady_clock::now());
    if (!untold) return;
    if (failing()) return tell_failure(behind, *untold);
    log_.info(name_, "delivering; " + events_behind(behind) + changes_words(*untold));
}

void RouteReport::silent(std::chrono::seconds since, std::uint64_t behind,
                         std::optional<Timestamp> oldest_waiting) {
    failed("it takes nothing any more: for " + std::to_string(since.count()) +
               " s it has neither accepted nor refused what was sent",
           false, behind, oldest_waiting);
    failing_since_ = unix_now() - since.count();
}

void RouteReport::recovered(std::uint64_t behind) {
    if (failing_since_ == 0 && !follows_trouble_) return;
    const std::string length =
        failing_since_ == 0 ? "" : " after " + std::to_string(unix_now() - failing_since_) + " s";
    if (const auto untold = changes_.change(std::chrono::steady_clock::now()))
        log_.info(name_, "delivering again" + length + "; " + events_behind(behind) + changes_words(*untold));
    failing_since_ = 0;
    follows_trouble_ = false;
    needs_a_person_ = false;
    words_.clear();
}

void RouteReport::held(const std::string& words, std::uint64_t behind) {
    const bool news = held_words_.empty();
    if (news) held_since_ = unix_now();
    held_words_ = "too many records are refused (" + words + "), so the fault is in the configuration";
    if (news)
        log_.error(name_,
                   "held: " + held_words_ +
                       " and not in the data: change it and reload (SIGHUP), or change the receiver; " +
                       events_behind(behind) + ", kept in the spool");
}

void RouteReport::let_go() {
    if (!held_words_.empty()) log_.info(name_, "no longer held");
    held_words_.clear();
    held_since_ = 0;
}

void RouteReport::count(Outcome::Verdict verdict) {
    ++deliveries_[static_cast<std::size_t>(verdict)];
}

void RouteReport::count_delivery(double seconds) {
    const auto& bounds = delivery_seconds_bounds;
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin();
    ++delivery_seconds_.buckets[static_cast<std::size_t>(bucket)];
    delivery_seconds_.sum += seconds;
}

void RouteReport::count(const Owed& settled) {
    using std::chrono::steady_clock;
    count_delivery(std::chrono::duration<double>(steady_clock::now() - settled.since).count());
    count(settled.cuts);
    count(settled.notices);
    left_out_ += settled.left_out;
}

void RouteReport::count(const CutCounts& cuts) {
    for (std::size_t field = 0; field < cuts_.size(); ++field) cuts_[field] += cuts[field];
}

void RouteReport::count(const OpenBatch::NoticeCounts& notices) {
    for (std::size_t kind = 0; kind < notices_.size(); ++kind) notices_[kind] += notices[kind];
}

void RouteReport::tell_lost(const LostFrames& lost) {
    log_.error(name_, events_words(distance(lost.from, lost.to)) + " lost (" +
                          std::string{loss_reason_name(lost.reason)} + "), sequence numbers " +
                          std::to_string(number(lost.from)) + " to " + std::to_string(number(lost.to) - 1));
}

void RouteReport::tell_unread(std::uint64_t queries) {
    log_.error(name_, std::to_string(queries) +
                          " queries that waited for their response are lost: the spool has dropped them");
}

void RouteReport::tell_given_up(std::uint64_t frames) {
    log_.warn(name_, events_words(frames) + " given up, as requested");
}

void RouteReport::tell_dropped(std::uint64_t frames) {
    const auto now = std::chrono::steady_clock::now();
    const bool news = told_dropped_ == 0;
    if (frames == 0) told_dropped_ = 0;
    if (frames <= told_dropped_ || (!news && now - told_dropped_at_ < retell_after)) return;
    told_dropped_ = frames;
    told_dropped_at_ = now;
    log_.error(name_, "the spool is at its limits and drops what waits here: " + events_words(frames) +
                          " lost so far (retention)");
}

void RouteReport::tell_put_off(const LateStretch& stretch) {
    log_.info(name_, events_words(distance(stretch.position, stretch.to)) +
                         " will go later, after those that come now: sequence numbers " +
                         std::to_string(number(stretch.position)) + " to " +
                         std::to_string(number(stretch.to) - 1));
}

void RouteReport::tell_caught_up() {
    log_.info(name_, "all events that were to go later are dealt with");
}

void RouteReport::tell_dead_events(std::uint64_t events, const std::string& words) {
    untold_events_ += events;
    untold_words_ = words;
    tell_dead_when_due();
}

void RouteReport::tell_dead_rows(std::uint64_t rows, const std::string& words) {
    untold_rows_ += rows;
    untold_words_ = words;
    tell_dead_when_due();
}

void RouteReport::tell_dead_when_due(bool at_once) {
    const auto now = std::chrono::steady_clock::now();
    if (untold_events_ + untold_rows_ == 0 || (!at_once && now - told_dead_at_ < retell_after)) return;
    told_dead_at_ = now;
    std::string text = untold_events_ != 0 ? events_words(untold_events_) : "";
    if (untold_rows_ != 0)
        text += (text.empty() ? "" : ", ") + std::to_string(untold_rows_) +
                (untold_rows_ == 1 ? " row" : " rows");
    untold_events_ = untold_rows_ = 0;
    log_.warn(name_, text + " refused and kept as dead letters (" + untold_words_ + ")");
}

void RouteReport::count_purged_letters(std::uint64_t letters) {
    if (letters == 0) return;
    letters_.purged += letters;
    log_.warn(name_, std::to_string(letters) + " dead letters were removed, as requested");
    const std::lock_guard lock(mutex_);
    status_.letters = letters_;
}

void RouteReport::count_sent_again(std::uint64_t records, std::uint64_t refused) {
    letters_.redelivered += records - std::min(refused, records);
    letters_.refused_again += refused;
}

void RouteReport::tell_sent_again(std::uint64_t back, bool whole) {
    const std::uint64_t accepted = letters_.redelivered - told_letters_.redelivered;
    const std::uint64_t refused = letters_.refused_again - told_letters_.refused_again;
    told_letters_ = letters_;
    std::string text = "dead letters were sent again: " + std::to_string(accepted) + " records accepted, " +
                       std::to_string(refused) + " refused again";
    if (back != 0) text += ", " + std::to_string(back) + " letters cannot be sent and stay";
    if (!whole) text += "; the rest waits for the next start, because the disk does not take what goes back";
    whole ? log_.info(name_, text) : log_.error(name_, text);
}

void RouteReport::publish(Progress now) {
    const std::lock_guard lock(mutex_);
    status_.words = held_words_ + (held_words_.empty() || words_.empty() ? "" : "; now: ") + words_;
    status_.needs_a_person = needs_a_person_;
    status_.failing_since = failing_since_;
    status_.saved = std::move(now.saved);
    status_.in_flight = now.in_flight;
    status_.deliveries = deliveries_;
    status_.delivery_seconds = delivery_seconds_;
    status_.cuts = cuts_;
    status_.left_out = left_out_;
    status_.letters = letters_;
    status_.notices = notices_;
    oldest_received_ = now.oldest_received ? now.oldest_received->seconds : failing() ? oldest_waiting_ : 0;
    status_.lost_ahead = now.lost_ahead;
    status_.dead_records = dead_records_;
    status_.odd_events = now.odd_events;
    if (!held_words_.empty())
        status_.state = RouteStatus::State::held;
    else if (failing())
        status_.state = RouteStatus::State::retrying;
    else
        status_.state = now.delivers ? RouteStatus::State::delivering : RouteStatus::State::idle;
}

void RouteReport::stopped() {
    tell_dead_when_due(true);
    const std::lock_guard lock(mutex_);
    status_.state = RouteStatus::State::stopped;
}

RouteStatus RouteReport::status(Position end) const {
    const std::lock_guard lock(mutex_);
    RouteStatus status = status_;
    status.pending =
        distance(status.saved.position, std::max(end, status.saved.position)) + late_frames(status.saved);
    for (const std::uint64_t frames : status.lost_ahead) status.pending -= std::min(status.pending, frames);
    if (status.pending != 0 && oldest_received_ != 0)
        status.lag_seconds = static_cast<double>(std::max<std::int64_t>(0, unix_now() - oldest_received_));
    return status;
}

}  // namespace tapferry
