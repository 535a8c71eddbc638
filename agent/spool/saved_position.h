// What a route keeps over restarts: how far it is, and its counters as of there, so that the ledger balances
// over a crash. One file of two slots, written in turn in place; described in FORMAT.md.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "agent/spool/position.h"
#include "agent/spool/reader.h"

namespace tapferry {

// Lifetime counters of a route as of its position. start - 1 + read + lost + late == position - 1 always, and
// read == undecodable + filtered + paired + open + rendered, with what is open in late stretches.
struct RouteTotals {
    std::uint64_t read = 0;                               // frames
    std::uint64_t undecodable = 0;                        // frames that are no dnstap
    std::uint64_t filtered = 0;                           // events
    std::uint64_t rendered = 0;                           // events
    std::uint64_t delivered = 0;                          // events
    std::uint64_t dead_lettered = 0;                      // events
    std::uint64_t records = 0;                            // records delivered
    std::uint64_t repeated = 0;                           // records sent again that had been sent before
    std::array<std::uint64_t, loss_reason_count> lost{};  // frames, by LossReason
    std::uint64_t paired = 0;                             // queries that are told with their response
};

LedgerCounts& operator+=(LedgerCounts& sum, const LedgerCounts& more);

// What a route's notices go on from, as of its position.
struct NoticeState {
    std::uint64_t incarnation = 0;  // of the last number before the position; 0: not known
    std::int64_t minute = 0;        // of the last ledger: Unix seconds; 0: there was none
    LedgerCounts since;             // that ledger
};

// Frames [position, to) that are delivered later: those behind them went first.
struct LateStretch {
    Position position = first_position;
    Position to = first_position;
    Position open_from = first_position;  // as SavedPosition
    std::uint64_t open = 0;               // likewise
    NoticeState notices;                  // at the position; saved whole of the first stretch alone
    // All of it, and the queries that wait, is: they are lost when its turn comes, as GivenUp.
    bool given_up = false;

    // All of it is settled.
    [[nodiscard]] bool over() const { return position == to && open == 0; }
};
inline constexpr std::size_t most_late_stretches = 4;

// Divides it: the stretch ends at `at`, which lies between its ends, and what lies behind is given back.
[[nodiscard]] LateStretch divide(LateStretch& stretch, Position at);

// Gives up what the log, which begins at `begin`, has of it, and the queries that wait there.
struct GivenUpLate {
    std::uint64_t frames = 0;         // and queries: so many more than before
    std::optional<LateStretch> rest;  // stands behind it from now on: the log has dropped what is before
};
// `has_room`: for the rest. Without, all of a stretch that the log has in part goes later as before.
[[nodiscard]] GivenUpLate give_up(LateStretch& stretch, Position begin, bool has_room);

// Frames [from, to), and queries that wait at `from`, are given up: they are lost when the position comes
// there, and are not read. With as many frames as none at all it is still a place.
struct GivenUp {
    Position from = first_position;
    Position to = first_position;

    [[nodiscard]] bool covers(Position position) const { return from <= position && position < to; }
    friend bool operator==(const GivenUp&, const GivenUp&) = default;
};

// Events in the dead letter, by sequence number. 0: there are none.
struct DeadEvents {
    std::uint64_t events = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    void add(const DeadEvents& more);
    friend bool operator==(const DeadEvents&, const DeadEvents&) = default;
};

struct SavedPosition {
    Position start = first_position;  // where the route began
    Position position = first_position;
    Position highest = first_position;  // Spool::end() when this was saved
    // Queries before the position that wait for their response, and the oldest of them; the log is kept from
    // there on. The position itself when none waits.
    Position open_from = first_position;
    std::uint64_t open = 0;
    std::uint64_t incarnation = 0;  // that the position was saved under
    RouteTotals totals;
    NoticeState notices;
    std::vector<LateStretch> late;  // in order, all before the position; at most most_late_stretches
    GivenUp given_up;               // behind the position, or where it stands
    DeadEvents untold;              // of dead_lettered: those that no notice has told of yet
};

// Frames that wait in late stretches, and queries that wait for their response, there and at the position.
[[nodiscard]] std::uint64_t late_frames(const SavedPosition& saved);
[[nodiscard]] std::uint64_t all_open(const SavedPosition& saved);
// The log is kept from there on.
[[nodiscard]] Position needed_from(const SavedPosition& saved);

// What is lost for certain before the position comes there, so that nobody has to wait for that to know:
// frames that were given up, also of what goes later,
[[nodiscard]] std::uint64_t given_up_ahead(const SavedPosition& saved);
// and frames that the log, which begins at `begin`, has dropped before they were read. `read` and
// `late_read`: up to where the log was read, and the first late stretch.
[[nodiscard]] std::uint64_t dropped_ahead(const SavedPosition& saved, Position read, Position late_read,
                                          Position begin);

class Disk;

inline constexpr std::size_t position_file_bytes = 4096 + 512;

// What a route saved last, for whoever only wants to know. None: there is no such file, or nothing sound in
// it.
[[nodiscard]] std::optional<SavedPosition> read_saved_position(const std::filesystem::path& path, Disk& disk);

class PositionFile {
  public:
    // The file is made, 0600 and of full length, when it is not there.
    PositionFile(std::filesystem::path path, Disk& disk);
    ~PositionFile();
    PositionFile(PositionFile&&) noexcept;

    // What was saved last. None: the file is new, or both slots are bad (see damaged()).
    [[nodiscard]] std::optional<SavedPosition> load();
    [[nodiscard]] bool damaged() const;  // after load(): there was something, and neither slot is sound
    // Overwrites the older slot. False with errno set when it could not; the other slot is whole then. A file
    // that was removed is made anew.
    [[nodiscard]] bool save(const SavedPosition&);
    // Whether it was, since this was asked.
    [[nodiscard]] bool take_made_anew();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry
