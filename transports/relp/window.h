// What was lent for a RELP session, how far it has gone out, and what of it the receiver has answered. A
// message is under way from its frame until its answer; answers may come in any order, and batches settle in
// the order in which they were lent. Pure: no sockets, no time. Owned by Relp, one thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transports/transport.h"

namespace tapferry {

class RelpWindow {
  public:
    // `most`: messages under way at once.
    explicit RelpWindow(std::size_t most) : most_(most), ring_(std::bit_ceil(most)) {}

    void lend(Ticket ticket, const Batch& batch);
    [[nodiscard]] std::size_t batches() const { return lent_.size(); }
    // Answers are owed.
    [[nodiscard]] bool awaits() const { return under_way_ != 0; }

    // A new session: its first message has this number.
    void begin(std::uint32_t number) { next_number_ = number; }
    // The number of whatever comes behind the messages.
    [[nodiscard]] std::uint32_t next_number() const { return next_number_; }
    // Appends the next messages' frames, as far as there are any, they fit into the window, and `out` has
    // fewer than so many bytes. Of a window that was full a quarter must be free first: receivers answer each
    // message by itself, and would get each next one by itself.
    void fill(std::string& out, std::size_t enough);
    // The receiver has answered a message. `refusal`: its words when it did not take it, else empty. False:
    // it owes no answer of that number.
    [[nodiscard]] bool answered(std::uint32_t number, std::string_view refusal);
    // The oldest batch, when all of it is answered.
    std::optional<Outcome> take_settled();
    // The session is over: all that is not answered is to go again.
    std::vector<Outcome> give_back(Outcome::Verdict verdict, const std::string& words);

  private:
    [[nodiscard]] bool has_room();

    struct Refusal {
        std::uint32_t record = 0;
        std::string words;
    };
    struct Lent {
        Ticket ticket{};
        const RecordBuffer* records = nullptr;
        std::size_t first = 0;
        std::size_t end = 0;
        std::size_t next = 0;            // to go out
        std::size_t open = 0;            // records without an answer
        std::vector<Refusal> refused{};  // in the order of their answers
    };
    // A message under way, or answered before an older one.
    struct Sent {
        Lent* batch = nullptr;
        std::uint32_t record = 0;
        bool answered = false;
    };

    [[nodiscard]] Sent& sent(std::size_t index) { return ring_[(oldest_ + index) & (ring_.size() - 1)]; }
    void note_sent(Lent& batch, std::size_t record);
    [[nodiscard]] Outcome outcome_of_rest(Lent& batch, const std::vector<std::uint32_t>& unanswered) const;

    std::deque<Lent> lent_;
    std::size_t filling_ = 0;  // the batch of lent_ whose records go out next
    const std::size_t most_;
    std::vector<Sent> ring_;  // a power of two
    std::size_t oldest_ = 0;  // in ring_
    std::size_t count_ = 0;   // from there on
    std::size_t under_way_ = 0;
    bool was_full_ = false;
    std::uint32_t oldest_number_ = 1;
    std::uint32_t next_number_ = 1;
};

}  // namespace tapferry
