// What must be true of a spool and of the routes that read it, whatever happens: which numbers were given,
// which of them may be lost, and what each route has to have been told of every one. It knows no spool; the
// world (spool_world.h) tells it what it did and saw.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/spool/reader.h"
#include "agent/spool/saved_position.h"

namespace tapferry {

// A rule that does not hold; for people.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline void must(bool holds, const char* rule) {
    if (!holds) throw Broken(rule);
}

class SpoolModel {
  public:
    // So many bytes of blocks are kept in memory; whether a block that has no room there is refused.
    void keep_in_memory(std::size_t bytes, bool refuses) {
        tail_bytes_ = bytes;
        refuses_ = refuses;
    }

    [[nodiscard]] std::uint64_t end() const { return end_; }
    // A block with so many numbers was appended, or one that only tells the time. `on_disk`: the spool says
    // so.
    void append(std::uint64_t count, std::size_t body_bytes, bool on_disk);
    void append_time(bool on_disk);
    // The spool says whether the disk has everything.
    void notice(bool on_disk);
    void lose(std::uint64_t from, std::uint64_t to);
    // The process ended and left in memory what was there alone; or wrote it.
    void lose_memory();
    void write_memory() { in_memory_.clear(); }
    // Of what was in memory alone, the files have what has these numbers.
    void wrote_some(const std::vector<std::uint64_t>& in_files);
    // Somebody removed all files. Until the spool notices, what is appended goes nowhere.
    void lose_files(bool on_disk);
    [[nodiscard]] bool gone() const { return gone_; }
    // The log was opened, and ends there.
    void reopen(std::uint64_t end);

    [[nodiscard]] bool may_be_lost(std::uint64_t from, std::uint64_t to) const;
    // `begin`: of the log, now.
    void check_gap(const SpoolGap& gap, Position begin) const;
    // A reader found nothing more at `position`. Files do not have what memory has.
    void check_end(std::uint64_t position, bool sees_memory) const;

  private:
    struct InMemory {
        std::uint64_t first = 0;
        std::uint64_t count = 0;
        std::size_t bytes = 0;
    };
    void put(const InMemory& block);
    [[nodiscard]] std::uint64_t first_in_memory() const;

    std::size_t tail_bytes_ = 0;
    bool refuses_ = false;
    std::uint64_t end_ = 1;
    std::string may_be_lost_ = std::string(1, 1);  // by number
    std::deque<InMemory> in_memory_;               // blocks that are nowhere else
    bool gone_ = false;                            // the files were removed, and nobody has noticed yet
};

// Of one route: sent = delivered ∪ told as lost, in order; repeated is only what came after the saved
// position; and the ledger balances at every moment.
class RouteModel {
  public:
    explicit RouteModel(Position start);

    [[nodiscard]] Position position() const { return now_.position; }
    [[nodiscard]] Position saved_position() const { return saves_.back().position; }
    // What it would save now.
    [[nodiscard]] SavedPosition to_save(Position end) const;
    void deliver(Position from, Position to);
    void lose(const SpoolGap& gap);
    void saved(const SavedPosition& position);
    void not_saved() { durable_ = false; }
    void write_back();
    // It begins again with what its file has; `begin`: of the log, for when it has nothing.
    void resume(const std::optional<SavedPosition>& found, bool power_failed, Position begin, Position end);
    // A try failed: back to what was saved.
    void go_back() { now_ = saves_.back(); }
    // It is through.
    void check_complete(Position end) const;

  private:
    void check_ledger() const;

    SavedPosition now_;
    std::vector<SavedPosition> saves_;  // any of which a power failure may leave; without one it is the last
    bool durable_ = false;              // any of them at least
    std::string fate_;                  // by number: what it was told of it first
};

}  // namespace tapferry
