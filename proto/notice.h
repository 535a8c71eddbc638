// What the agent itself has to tell a destination: something was lost, came back, fell silent, or adds up.
// Carried by an Event of kind `notice`, whose id, input, time and `received` are the notice's. Plain data:
// intake keeps it in the log, or a route makes it of its position and counters.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/timestamp.h"

namespace tapferry {

enum class NoticeKind : std::uint8_t {
    gap,             // frames are lost: how many, which, why
    recovered,       // the destination could be had again after an outage
    silent,          // nothing came from an input for as long as it may be silent
    heard_again,     // something came from it again
    started,         // the agent; `words`: its version
    stopped,         // in order
    upgraded,        // it runs in another version than before
    rejected,        // connections were closed for what they sent; `words`: the last one's
    dead_letter,     // events the destination will never have; `words`: what it said of the first
    nothing_passes,  // frames come, and the destination's filter passes none of them
    ledger,          // what became of each frame since the last ledger
    probe,           // somebody tries whether the destination takes events; `words`: the version
};
inline constexpr std::size_t notice_kind_count = 12;

// Why frames are lost.
enum class NoticeReason : std::uint8_t { none, retention, disk, damage, power, ring, source, purge };
inline constexpr std::size_t notice_reason_count = 8;

// What became of the frames of a stretch of the log: read + lost = the numbers in it, and
// read = undecodable + filtered + paired + rendered, but for queries that wait at either end.
struct LedgerCounts {
    std::uint64_t read = 0;
    std::uint64_t lost = 0;
    std::uint64_t undecodable = 0;
    std::uint64_t filtered = 0;
    std::uint64_t paired = 0;
    std::uint64_t rendered = 0;
};

struct Notice {
    NoticeKind kind = NoticeKind::started;
    NoticeReason reason = NoticeReason::none;
    std::uint64_t count = 0;  // of what it is about: frames, events, connections
    // Sequence numbers, both included. 0: it is about none.
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    // No seconds: not known.
    Timestamp from;
    Timestamp until;
    std::string_view destination;  // whose route tells it; empty: intake does
    std::string_view words;        // opaque bytes: render with append_opaque()
    LedgerCounts ledger;           // of a ledger
};

}  // namespace tapferry
