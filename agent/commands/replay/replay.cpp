#include "agent/commands/replay/replay.h"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "agent/log.h"
#include "agent/spool/directory_lock.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto a_moment = 5ms;
constexpr std::uint64_t segment_bytes = 16 << 20;
// So far the log may be ahead of the slowest destination, to begin with.
constexpr std::uint64_t usual_room = 4 * segment_bytes;
constexpr std::uint64_t least_free = 2 * usual_room;
// Beyond every window and every wait for a response, behind the capture's end.
constexpr std::int64_t long_after_s = 10LL * 366 * 86400;
constexpr auto time_is_told_every = 1s;
// A window that is longer than the room is not over before more is read.
constexpr auto patience_when_nothing_moves = 2s;

SpoolOptions spool_options(const ReplayOptions& replay) {
    SpoolOptions options;
    options.directory = replay.directory / "spool";
    options.max_bytes = ~std::uint64_t{0} / 2;  // what is not delivered is kept, whatever it takes
    options.segment_bytes = segment_bytes;
    options.incarnation = replay.incarnation;
    return options;
}

void make_directory(const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) throw std::system_error(error, directory.string() + " cannot be made");
}

DiskFile lock_replay(const std::filesystem::path& directory, Disk& disk) {
    make_directory(directory.parent_path());
    std::filesystem::permissions(directory.parent_path(), std::filesystem::perms::owner_all);
    return lock_directory(directory, disk);
}

}  // namespace

Replay::Replay(ReplayOptions options, Disk& disk, Log& log)
    : options_(std::move(options)),
      disk_(disk),
      log_(log),
      lock_(lock_replay(options_.directory, disk)),
      room_(usual_room),
      paced_since_(Clock::now()),
      moved_at_(Clock::now()) {
    // Its log is made anew from the capture each time: only positions are kept over an interruption.
    std::filesystem::remove_all(options_.directory / "spool");
    make_directory(options_.directory / "positions");
    // When every destination has everything already, there is nothing to be read again.
    skipped_to_ = Position{options_.frames + 1};
    for (DestinationConfig destination : options_.destinations) {
        const auto saved = read_saved_position(position_of(destination.name), disk).value_or(SavedPosition{});
        if (number(saved.position) > options_.frames && saved.open == 0) {
            finished_.push_back({destination.name, saved});
            continue;
        }
        skipped_to_ = std::min(skipped_to_, saved.open_from);
        furthest_ = std::max(furthest_, saved.position);
        destination.start = Start::oldest;
        destination.catch_up = CatchUp::oldest_first;
        destination.notices = false;  // a replay tells of nothing but what it was given
        waiting_.push_back(std::move(destination));
    }
    spool_.emplace(spool_options(options_), disk, skipped_to_);
    spool_->open_stream(1, "replay", options_.peer);
    start_routes_when_due();
}

Replay::~Replay() {
    stop(Clock::now());
    for (auto& route : routes_) route->join();
}

std::filesystem::path Replay::position_of(const std::string& name) const {
    return options_.directory / "positions" / name;
}

// A route must not begin beyond the log's end.
void Replay::start_routes_when_due() {
    if (spool_->end() < furthest_) return;
    for (auto& destination : waiting_) {
        const std::string name = destination.name;
        routes_.push_back(std::make_unique<Route>(
            std::move(destination),
            Route::Places{position_of(name), options_.directory / "dead-letter" / name}, *spool_, disk_,
            log_));
        routes_.back()->start();
    }
    waiting_.clear();
}

void Replay::add(std::span<const std::uint8_t> frame, const Timestamp& received) {
    const Position position = next_;
    next_ = next_ + 1;
    if (position < skipped_to_) return;
    // With a rate, what goes out at once is a small part of a second's.
    const bool enough =
        options_.rate != 0 && block_.count() >= std::max<std::uint64_t>(options_.rate / 50, 1);
    if (!block_.empty() && (received != block_time_ || enough || !block_.has_room(frame.size()))) flush();
    block_time_ = received;
    block_.add(1, frame);
    ++paced_;
}

void Replay::flush() {
    if (block_.empty()) return;
    const AppendOutcome outcome = spool_->append(block_, block_time_);
    if (!outcome.appended)
        throw std::system_error(outcome.error, std::generic_category(),
                                options_.directory.string() + " cannot be written");
    block_.clear();
    start_routes_when_due();
}

bool Replay::wants_more() {
    if (options_.rate != 0) {
        const std::chrono::duration<double> since = Clock::now() - paced_since_;
        if (static_cast<double>(paced_) > since.count() * static_cast<double>(options_.rate)) return false;
    }
    if (spool_->bytes() < room_ || routes_.empty()) return true;
    if (!stuck()) return false;
    // The spool would rather drop its oldest segment than fill the disk.
    if (std::filesystem::space(options_.directory).available < least_free)
        throw std::runtime_error(options_.directory.string() +
                                 ": there is too little room on its disk to go on with");
    room_ += segment_bytes;
    return true;
}

// Nothing has moved for a while, and no far side is waited for.
bool Replay::stuck() {
    std::uint64_t mark = 0;
    bool waits = false;
    for (const auto& route : routes_) {
        const RouteStatus status = route->status();
        mark += number(status.saved.position) + status.in_flight;
        waits = waits || status.state == RouteStatus::State::retrying;
    }
    if (mark != moved_mark_ || waits) {
        moved_mark_ = mark;
        moved_at_ = Clock::now();
    }
    return Clock::now() - moved_at_ > patience_when_nothing_moves;
}

void Replay::end_of_capture() {
    flush();
    ended_ = true;
    // A capture that is shorter than it was.
    furthest_ = std::min(furthest_, spool_->end());
    start_routes_when_due();
}

void Replay::tick() {
    // What is paced waits in no block that is not full.
    if (options_.rate != 0) flush();
    Position passed = spool_->end();
    for (const auto& route : routes_) passed = std::min(passed, route->saved_position());
    if (waiting_.empty()) spool_->trim(passed);
    if (ended_) let_time_pass();
    std::this_thread::sleep_for(a_moment);
}

// The capture's last windows end, and its last queries wait no longer.
void Replay::let_time_pass() {
    if (Clock::now() - told_time_ < time_is_told_every) return;
    told_time_ = Clock::now();
    spool_->append_time({block_time_.seconds + long_after_s, 0});
}

bool Replay::done() const {
    if (!ended_ || !waiting_.empty()) return false;
    return std::all_of(routes_.begin(), routes_.end(), [this](const auto& route) {
        const RouteStatus status = route->status();
        return status.saved.position >= spool_->end() && status.saved.open == 0 && status.in_flight == 0;
    });
}

void Replay::stop(Clock::time_point deadline) {
    for (auto& route : routes_) route->stop(deadline);
}

bool Replay::stopped() const {
    return std::all_of(routes_.begin(), routes_.end(), [](const auto& route) {
        return route->status().state == RouteStatus::State::stopped;
    });
}

std::vector<RouteStatus> Replay::status() const {
    std::vector<RouteStatus> all;
    for (const auto& destination : options_.destinations) {
        const auto before = std::ranges::find(finished_, destination.name, &Finished::name);
        const auto route = std::ranges::find_if(
            routes_, [&](const auto& one) { return one->config().name == destination.name; });
        if (route != routes_.end()) {
            all.push_back((*route)->status());
        } else {
            RouteStatus status;
            status.name = destination.name;
            if (before != finished_.end()) status.saved = before->saved;
            all.push_back(std::move(status));
        }
    }
    return all;
}

std::uint64_t Replay::passed() const {
    std::uint64_t least = options_.frames;
    for (const auto& route : routes_) least = std::min(least, number(route->status().saved.position) - 1);
    return waiting_.empty() ? least : std::min(least, number(skipped_to_) - 1);
}

void Replay::forget() {
    routes_.clear();
    spool_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(options_.directory / "spool", ignored);
    for (const auto& destination : options_.destinations)
        std::filesystem::remove(position_of(destination.name), ignored);
    // Another destination may have to go on with it, and dead letters are to be looked at.
    const bool others = !std::filesystem::is_empty(options_.directory / "positions", ignored);
    const bool letters = std::filesystem::exists(options_.directory / "dead-letter", ignored);
    if (!others && !letters) std::filesystem::remove_all(options_.directory, ignored);
}

}  // namespace tapferry
