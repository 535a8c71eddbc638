#include "agent/routes/burial.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace tapferry {

void Burial::bury_refused(const std::vector<std::uint32_t>& refused, const Outcome& outcome, Parcel& parcel) {
    if (refused.empty()) return;
    const RecordBuffer& records = parcel.batch->records;
    for (const auto index : refused) {
        const Record& record = records.records()[index];
        DeadRecord dead{record, std::string(records.content(record)), std::string(records.heading(record)),
                        outcome.words_of(index)};
        if (parcel.requeued()) {
            parcel.buried_well = bury(dead) && parcel.buried_well;
            continue;
        }
        parcel.owed.dead_records.push_back(std::move(dead));
        // The events of a row are delivered with the others of its window, and a route's notice is none.
        if (record.row.present() || record.id.letter != 0) continue;
        if (parcel.refused_events.insert(record.sequence).second)
            parcel.owed.refused.add({1, record.sequence, record.sequence});
    }
    parcel.refused_records += refused.size();
    if (parcel.requeued()) report_.count_dropped_letters(dead_letter_.dropped());
}

void Burial::bury_left(const std::vector<Owed>& passed) {
    for (const Owed& owed : passed) {
        bury_records(owed);
        for (const auto& frame : owed.dead_frames)
            note(dead_letter_.keep_frame({.id = frame.id, .time = frame.received}, frame.words, frame.bytes,
                                         frame.input));
        if (!owed.dead_frames.empty())
            report_.tell_dead_events(owed.dead_frames.size(), owed.dead_frames.front().words);
        for (const auto& row : owed.dead_rows) note(dead_letter_.keep_row(row.id, row.words, row.text));
        report_.count_dead_records(owed.dead_rows.size());
        if (!owed.dead_rows.empty())
            report_.tell_dead_rows(owed.dead_rows.size(), owed.dead_rows.front().words);
        for (const auto& lost : owed.lost) report_.tell_lost(lost);
        if (owed.unread != 0) report_.tell_unread(owed.unread);
    }
    report_.count_dropped_letters(dead_letter_.dropped());
}

void Burial::bury_records(const Owed& owed) {
    if (owed.dead_records.empty()) return;
    for (const DeadRecord& dead : owed.dead_records) bury(dead);
    report_.count_dead_records(owed.dead_records.size());
    const std::string& words = owed.dead_records.front().words;
    if (owed.refused.events != 0)
        report_.tell_dead_events(owed.refused.events, words);
    else
        report_.tell_dead_rows(owed.dead_records.size(), words);
}

bool Burial::bury(const DeadRecord& dead) {
    return note(dead_letter_.keep_record(dead.name, dead.words, dead.content, dead.heading));
}

// A full disk is told once, not once a letter; how many letters that cost, when it is over.
bool Burial::note(bool kept) {
    if (!kept) {
        if (!failing_)
            report_.tell_trouble(std::string("dead letters cannot be kept, and are gone: ") +
                                 std::strerror(errno));
        report_.count_letter_not_kept();
    } else if (failing_) {
        report_.tell_trouble("dead letters are kept again; since the start " +
                             std::to_string(report_.letters_not_kept()) + " could not be");
    }
    failing_ = !kept;
    return kept;
}

}  // namespace tapferry
