#include "agent/intake_log.h"

#include <cstddef>

#include "agent/log.h"

namespace tapferry {

namespace {

// Changes of state that wait to be logged; there are never so many but in an attack, and rejections are
// counted anyway.
constexpr std::size_t max_notes = 1000;

bool of_disk(IntakeEvent::Kind kind) {
    using Kind = IntakeEvent::Kind;
    return kind == Kind::disk_failing || kind == Kind::disk_back || kind == Kind::disk_doubtful;
}

}  // namespace

void IntakeLog::note(const IntakeEvent& event) {
    // A line about a sender is not worth a wait of the reading thread; what happens to the disk happens to
    // the writing one, and is told once.
    std::unique_lock lock(mutex_, std::defer_lock);
    if (of_disk(event.kind))
        lock.lock();
    else if (!lock.try_lock() || notes_.size() >= max_notes)
        return;
    notes_.push_back(event);
}

void IntakeLog::write() {
    std::vector<IntakeEvent> notes;
    {
        const std::lock_guard lock(mutex_);
        notes.swap(notes_);
    }
    for (const auto& event : notes) write(event);
}

void IntakeLog::write(const IntakeEvent& event) {
    switch (event.kind) {
        case IntakeEvent::Kind::connected:
            return log_.info(event.input, "connected: " + event.text);
        case IntakeEvent::Kind::disconnected:
            return log_.info(event.input, "disconnected: " + event.text);
        case IntakeEvent::Kind::disk_back:
            return log_.info("spool", event.text);
        case IntakeEvent::Kind::rejected:
            return log_.warn(event.input, "turned away: " + event.text);
        case IntakeEvent::Kind::disk_failing:
            return log_.error("spool",
                              event.text + " (" + spool_ +
                                  "); the newest few MiB are kept in memory: destinations that keep "
                                  "up lose nothing while there is room for them, and what is lost is "
                                  "counted; make room there or mend it");
        case IntakeEvent::Kind::disk_doubtful:
            return log_.error("spool", event.text);
    }
}

}  // namespace tapferry
