// The chunks of a forward session: each batch is one, goes out whole, and is acknowledged by its name.
// Batches settle in the order in which they were lent. Pure: no sockets, no time. Owned by Fluent, one
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transports/fluent/record.h"
#include "transports/transport.h"

namespace tapferry {

class FluentWindow {
  public:
    // Chunks: one is looked at by the receiver while the next ones are on their way.
    static constexpr std::size_t most_under_way = 4;

    // Chunks are named by `prefix` and a number, so that no two of all that speak to a receiver have one
    // name.
    FluentWindow(std::string tag, std::string prefix, bool acknowledgement);

    void lend(Ticket ticket, const Batch& batch);
    [[nodiscard]] std::size_t batches() const { return lent_.size(); }
    // Acknowledgements are owed.
    [[nodiscard]] bool awaits() const { return under_way_ != 0; }
    // Appends the next batch as a chunk. False: there is none, or enough are under way.
    bool next(std::string& out);
    // The receiver has acknowledged a chunk. False: none of that name is under way.
    [[nodiscard]] bool acknowledged(std::string_view chunk);
    // The oldest batch has gone out and nobody acknowledges it: it is forgotten.
    Ticket take_written();
    // The oldest batch, when it is acknowledged.
    std::optional<Outcome> take_settled();
    // The session is over: all that is not acknowledged is to go again.
    std::vector<Outcome> give_back(Outcome::Verdict verdict, const std::string& words);

  private:
    struct Lent {
        Ticket ticket{};
        const RecordBuffer* records = nullptr;
        std::size_t first = 0;
        std::size_t end = 0;
        std::string chunk{};  // empty: it has not gone out
        bool acknowledged = false;
    };

    const std::string tag_;
    const std::string prefix_;
    const bool acknowledgement_;
    FluentRecord record_;
    std::deque<Lent> lent_;
    std::size_t next_ = 0;  // of lent_, to go out
    std::size_t under_way_ = 0;
    std::uint64_t chunks_ = 0;
};

}  // namespace tapferry
