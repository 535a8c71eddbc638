// The batches of a route: a few that are filled, sent whole or in pieces and filled again, and what is still
// owed for each when its batch is already back. Owned by the route's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "agent/routes/parcel.h"

namespace tapferry {

class Cursor;

class InFlight {
  public:
    explicit InFlight(std::vector<std::unique_ptr<OpenBatch>> batches) : spare_(std::move(batches)) {}

    [[nodiscard]] bool has_spare() const { return !spare_.empty(); }
    // One is left for somebody else.
    [[nodiscard]] bool has_spare_beside() const { return spare_.size() > 1; }
    // An outcome is owed.
    [[nodiscard]] bool awaits() const { return !out_.empty(); }
    // The transport holds something.
    [[nodiscard]] bool lends() const { return !strays_.empty() || lends_parcels(); }
    [[nodiscard]] std::unique_ptr<OpenBatch> take_spare();
    void give_back(std::unique_ptr<OpenBatch> batch) { spare_.push_back(std::move(batch)); }

    // From now on all of its records wait to be sent. `name`: the batch's own ticket.
    Parcel& take_on(Ticket name, std::unique_ptr<OpenBatch> batch, Origin origin = Origin::log);
    // Takes the youngest batch of that origin back, if nothing of it was given to the transport and not taken
    // back, nor accepted or refused: its name, or none.
    std::optional<Ticket> withdraw_last(Origin origin);
    // The oldest with something to send, one that is late behind all others; null: there is none, or the
    // transport holds a piece of it.
    [[nodiscard]] Parcel* next();
    // Something that is not late waits to be sent; and something that is.
    [[nodiscard]] bool waits() const;
    [[nodiscard]] bool late_waits() const;
    // The first `most` records of what waits in the parcel go out under `ticket`.
    Piece lend(Parcel& parcel, Ticket ticket, std::size_t most);
    // The transport did not take it.
    void take_back(Parcel& parcel, Ticket ticket);

    // A piece that is out, and whose outcome matters.
    struct Out {
        Ticket name{};
        Piece piece;
        bool released = false;  // the transport does not hold it any more
    };
    [[nodiscard]] Out* find(Ticket ticket);
    [[nodiscard]] Parcel& parcel_of(const Out& out) { return parcels_.at(out.name); }
    [[nodiscard]] const Parcel& parcel(Ticket name) const { return parcels_.at(name); }
    void release(Ticket ticket);
    // Its outcome is there; what `again` names waits once more, before all else of its parcel or behind it.
    void conclude(Ticket ticket, const std::vector<Piece>& again, bool behind = false);
    // A batch that was forgotten and comes back.
    void take_back_stray(Ticket ticket);

    // What the parcels of that origin up to this one owed, in order.
    [[nodiscard]] std::vector<Owed> settle(Ticket up_to, Origin origin);
    void drop(Ticket name);
    // Whether dead letters wait for their parcels in such numbers that no more should be taken on.
    [[nodiscard]] bool owes_much() const { return dead_ > max_dead; }
    // No outcome matters any more: the log is read again. Batches come back when the transport says so.
    void forget();

    // When the oldest frame of that origin that is not settled was received; none: everything is.
    [[nodiscard]] std::optional<Timestamp> oldest_received(Origin origin) const;

  private:
    static constexpr std::size_t max_dead = 10000;

    using Parcels = std::map<Ticket, Parcel>;

    [[nodiscard]] bool lends_parcels() const;
    void give_back_if_sent(Parcel& parcel);
    Parcels::iterator erase(Parcels::iterator parcel);

    std::vector<std::unique_ptr<OpenBatch>> spare_;
    Parcels parcels_;  // by name
    // Those whose batch is there, and so all that have something to send or have lent it: a few, where of the
    // others there may be as many as a replay window holds.
    std::map<Ticket, Parcel*> with_batch_;
    std::size_t late_ = 0;  // parcels that are late
    std::map<Ticket, Out> out_;
    std::map<Ticket, std::unique_ptr<OpenBatch>> strays_;
    std::size_t dead_ = 0;  // frames and rows, of all that is owed
};

// Batches of that origin of which nothing was sent are taken back, and their stretches with them.
void withdraw_unsent(InFlight& in_flight, Origin origin, Cursor& cursor);

}  // namespace tapferry
