// A notice of each kind, as intake and routes make them.
#pragma once

#include <array>
#include <string>

#include "proto/event.h"

namespace tapferry::test {

inline constexpr Timestamp outage_began{1'795'209'600, 0};
inline constexpr Timestamp outage_ended{1'795'209'822, 143'000'000};

inline std::array<Notice, notice_kind_count> sample_notices() {
    std::array<Notice, notice_kind_count> notices;
    for (std::size_t kind = 0; kind < notices.size(); ++kind) {
        notices[kind].kind = static_cast<NoticeKind>(kind);
        notices[kind].words = "9.20.1";
    }
    const auto set = [&](NoticeKind kind, std::uint64_t count, std::string_view destination,
                         std::string_view words) -> Notice& {
        Notice& notice = notices[static_cast<std::size_t>(kind)];
        notice.count = count;
        notice.destination = destination;
        notice.words = words;
        notice.from = outage_began;
        notice.until = outage_ended;
        return notice;
    };
    Notice& gap = set(NoticeKind::gap, 120, "splunk", {});
    gap.reason = NoticeReason::retention;
    gap.first = 18;
    gap.last = 137;
    set(NoticeKind::recovered, 4711, "splunk", {});
    set(NoticeKind::silent, 0, {}, {}).until = {};
    set(NoticeKind::heard_again, 0, {}, {});
    set(NoticeKind::rejected, 7, {}, "not_frame_streams").reason = NoticeReason::source;
    Notice& dead = set(NoticeKind::dead_letter, 2, "splunk", "400 {\"text\":\"no\"}");
    dead.first = 10;
    dead.last = 17;
    dead.from = dead.until = {};
    set(NoticeKind::nothing_passes, 900, "splunk", {});
    set(NoticeKind::probe, 0, "splunk", "version 1.2.3").from = {};
    Notice& ledger = set(NoticeKind::ledger, 300, "splunk", {});
    ledger.first = 138;
    ledger.last = 437;
    ledger.ledger = {290, 10, 1, 89, 50, 150};
    return notices;
}

// The notice must outlive it.
inline Event event_of(const Notice& notice) {
    Event event;
    event.kind = EventKind::notice;
    event.notice = &notice;
    event.id = {0xA5, 17, notice.destination.empty() ? '\0' : 'g'};
    event.received = event.time = outage_ended;
    event.time_digits = 3;
    event.time_source = TimeSource::agent;
    if (notice.destination.empty()) event.input = "bind";
    return event;
}

// Far sides and senders say what they like: every byte, and what ends a value of some format.
inline std::string hostile_words() {
    std::string words = "\"}\r\n|=]\\ CEF:0|x|y|1|1|z|10|src=6.6.6.6\t\0";
    for (int byte = 0; byte < 256; ++byte) words.push_back(static_cast<char>(byte));
    return words + std::string(100'000, '"');
}

}  // namespace tapferry::test
