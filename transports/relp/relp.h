// Syslog messages by RELP, to one of several receivers. `accepted`: the receiver has answered "200" to each
// message. When a session ends, whatever is not answered comes back as retry, and what was answered does not.
// A message that the receiver answers with another code is refused, under its words.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "transports/network/connection.h"
#include "transports/network/peer_connection.h"
#include "transports/outcome_queue.h"
#include "transports/relp/options.h"
#include "transports/relp/session.h"
#include "transports/relp/window.h"
#include "transports/transport.h"

namespace tapferry {

class Relp final : public Transport {
  public:
    // Batches that are lent at once: more are not taken.
    static constexpr std::size_t most_batches = 8;

    explicit Relp(const RelpOptions& options);

    // Several batches at a time; each connection is tried once, to the next of the addresses.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    // Says "close" when all is answered, and waits for the answer for at most a second.
    void finish(Deadline deadline) override;
    [[nodiscard]] std::string take_warning() override;

  private:
    using Time = std::chrono::steady_clock::time_point;

    // Takes in what has become of the connection, and what the receiver says, and writes what may be written.
    void settle(Time now);
    void settle_open(Time now);
    void offer(Time now);
    void take_answers(Time now);
    void write_messages(Time now);
    void say_goodbye(Time now);
    void take_settled();
    // The receiver does not keep to the protocol, or does not answer.
    void fail(const std::string& words, bool needs_a_person = false);
    // Ends the connection: what is not answered is to go again.
    void give_back(const std::string& words, Outcome::Verdict verdict);
    void drop_connection();
    // When settle() has something to do although the network is quiet.
    [[nodiscard]] Time next_step() const;

    const RelpOptions options_;
    PeerConnection peer_;
    Connection& connection_ = peer_.connection();
    RelpWindow window_;
    OutcomeQueue outcomes_;
    RelpSession session_{window_};
    std::string out_;  // is being written
    Time answer_by_ = Time::max();
    std::optional<Time> finish_by_;  // set when no batches will follow
};

}  // namespace tapferry
