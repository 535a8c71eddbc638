#include "agent/routes/position_keeper.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "agent/batches/crash_watch.h"
#include "agent/log.h"
#include "agent/routes/route_report.h"
#include "agent/spool/crc32c.h"
#include "agent/spool/spool.h"
#include "agent/version.h"

namespace tapferry {

namespace {

// A position is written at most this often while batches settle one after another.
constexpr std::chrono::milliseconds save_interval{20};

template <class Place>
bool same_spot(const Place& a, const Place& b) {
    return a.position == b.position && a.open_from == b.open_from && a.open == b.open &&
           a.notices.minute == b.notices.minute;
}

bool same_place(const SavedPosition& a, const SavedPosition& b) {
    return same_spot(a, b) && a.given_up == b.given_up && a.untold == b.untold &&
           std::ranges::equal(a.late, b.late, [](const auto& one, const auto& other) {
               return same_spot(one, other) && one.to == other.to && one.given_up == other.given_up;
           });
}

std::uint32_t digest_of(std::string_view text) {
    return crc32c({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

PositionKeeper::PositionKeeper(const std::filesystem::path& file, Disk& disk, const Spool& spool)
    : path_(file),
      began_before_(std::filesystem::exists(file)),
      disk_(disk),
      file_(file, disk),
      notes_(file, disk),
      spool_(spool) {}

SavedPosition PositionKeeper::load(const DestinationConfig& destination, Log& log) {
    if (auto saved = file_.load()) return *saved;
    SavedPosition saved;
    saved.start = destination.start == Start::oldest ? spool_.begin() : spool_.end();
    // Also when there are zeros alone: a power failure may have left these of a position.
    if (began_before_) {
        saved.start = spool_.begin();
        log.warn(destination.name,
                 "its saved position is damaged: the log is read again from its beginning, so events are "
                 "repeated and none is lost; its lifetime counters begin anew");
    }
    saved.position = saved.open_from = saved.start;
    // What is told of numbers before the first one that it reads is told under this.
    saved.notices.incarnation = spool_.incarnation();
    return saved;
}

bool PositionKeeper::save_when_due(const SavedPosition& settled, bool now, RouteReport& report) {
    if (same_place(settled, saved_)) return false;
    if (!now && std::chrono::steady_clock::now() - last_save_ < save_interval) return false;
    save(settled, report);
    return true;
}

bool PositionKeeper::has(const SavedPosition& settled) const {
    return same_place(settled, saved_);
}

void PositionKeeper::keep_notes_of(CrashWatch& watch, const DestinationConfig& destination, Log& log) {
    const CrashedUnder under = notes_hold_for(destination);
    watch.keep_in(notes_, under);
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path_.parent_path(), ignored))
        if (entry.path() != path_ && entry.is_regular_file(ignored))
            watch.heed(CrashNotesFile(entry.path(), disk_).load({under.version, 0}));
    watch.tell(log, destination.name, needed_from(saved_));
}

CrashedUnder PositionKeeper::notes_hold_for(const DestinationConfig& destination) {
    // 0 would be any.
    return {digest_of(version), std::max(digest_of(destination.source), std::uint32_t{1})};
}

void PositionKeeper::save(const SavedPosition& settled, RouteReport& report) {
    last_save_ = std::chrono::steady_clock::now();
    SavedPosition saved = settled;
    saved.incarnation = spool_.incarnation();
    saved.highest = spool_.end();
    if (file_.save(saved)) {
        saved_ = saved;
        needed_from_.store(number(needed_from(saved)), std::memory_order_release);
        fails_ = false;
        if (file_.take_made_anew()) {
            notes_ = CrashNotesFile(path_, disk_);
            report.tell_trouble("its saved position was removed from the disk; it is saved anew");
        }
    } else if (!fails_) {
        fails_ = true;
        report.tell_trouble(std::string("its position cannot be saved: ") + std::strerror(errno) +
                            "; after a crash events since then are repeated");
    }
}

}  // namespace tapferry
