// A batch on its way to the far side: whole, or in pieces when the far side does not take it whole. Which of
// its records are still to be sent, which are out, and which were refused. Owned by the route's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/batches/owed.h"
#include "transports/transport.h"

namespace tapferry {

// Records [first, last) of a batch.
struct Piece {
    std::size_t first = 0;
    std::size_t last = 0;
    bool handed_over = false;  // the far side may have them already

    [[nodiscard]] std::size_t size() const { return last - first; }
};

// Where a batch comes from, and so what its outcome moves.
enum class Origin : std::uint8_t {
    log,
    late,     // a stretch of the log that was put off
    letters,  // dead letters: the log knows nothing of it
};

struct Parcel {
    std::unique_ptr<OpenBatch> batch;  // null: its bytes are released
    Owed owed;
    std::deque<Piece> waiting;   // in the order in which they go
    std::optional<Ticket> lent;  // of the piece that the transport holds
    std::size_t out = 0;         // pieces that owe an outcome
    Origin origin = Origin::log;
    bool puts_off = false;    // as OpenBatch::put_off: of the log nothing goes with it
    bool buried_well = true;  // all that was refused is in the dead letters
    // What the far side may have had when the batch was made: what lies before goes a second time.
    Position furthest{};
    std::uint64_t record_count = 0;
    std::uint64_t refused_records = 0;
    std::set<std::uint64_t> refused_events{};  // by sequence number; rows are records and no events

    [[nodiscard]] bool requeued() const { return origin == Origin::letters; }
    [[nodiscard]] bool over() const { return waiting.empty() && out == 0; }
    // Nothing is known of any of its records, and the transport holds none.
    [[nodiscard]] bool waits_whole() const;
    // While the batch is there:
    // Records of the piece whose events may be at the far side already. A query that was let go has an
    // earlier number than the stretch that told it.
    [[nodiscard]] std::uint64_t repeats(const Piece& piece) const;
    // Events, and rows.
    [[nodiscard]] std::uint64_t events(const Piece& piece) const;
    // Up to where the log is at the far side when it has the piece and what is before it; of one that was
    // requeued, nowhere.
    [[nodiscard]] Position end_of(const Piece& piece) const;
};

// What an outcome makes of a piece: what is refused, what goes again, and the rest is accepted.
struct Division {
    std::vector<std::uint32_t> refused;
    std::vector<Piece> again;
    std::size_t accepted = 0;  // records

    // Of what is refused all from this one on goes again.
    void put_back(std::size_t from);
};
// Too big and refused for an unknown record: halves, until a single record is found. Of what an outcome says
// about records outside of the piece nothing is believed.
Division divide(const Piece& piece, const Outcome& outcome);

}  // namespace tapferry
