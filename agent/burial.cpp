#include "agent/burial.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace tapferry {

Burial::Refused Burial::bury_refused(const std::vector<std::uint32_t>& refused, const std::string& words,
                                     Parcel& parcel) {
    if (refused.empty()) return {};
    Refused count;
    const std::size_t events_before = parcel.refused_events.size();
    for (const auto index : refused) {
        const Record& record = parcel.batch->records.records()[index];
        const bool kept =
            note(dead_letter_.keep_record(record, words, parcel.batch->records.content(record)));
        parcel.buried_well = parcel.buried_well && kept;
        if (parcel.requeued()) continue;
        // The events of a row are delivered with the others of its window, and a route's notice is none.
        if (record.row.present() || record.id.letter != 0) continue;
        parcel.refused_events.insert(record.id.sequence);
        if (count.first == 0) count.first = record.id.sequence;
        count.last = record.id.sequence;
    }
    parcel.refused_records += refused.size();
    report_.count_dropped_letters(dead_letter_.dropped());
    if (parcel.requeued()) return {};
    count.events = parcel.refused_events.size() - events_before;
    report_.tell_dead(count.events, refused.size(), words);
    return count;
}

void Burial::bury_left(const std::vector<Owed>& passed) {
    for (const Owed& owed : passed) {
        for (const auto& frame : owed.dead_frames)
            note(dead_letter_.keep_frame({.id = frame.id, .time = frame.received}, frame.words, frame.bytes,
                                         frame.input));
        for (const auto& row : owed.dead_rows) note(dead_letter_.keep_row(row.id, row.words, row.text));
        if (!owed.dead_rows.empty())
            report_.tell_dead(0, owed.dead_rows.size(), owed.dead_rows.front().words);
        for (const auto& lost : owed.lost) report_.tell_lost(lost);
        if (owed.unread != 0) report_.tell_unread(owed.unread);
    }
    report_.count_dropped_letters(dead_letter_.dropped());
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
