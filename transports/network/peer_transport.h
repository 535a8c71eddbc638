// What the transports over one connection have in common: they connect when there is something to send, to
// one of several far sides, give back what is under way when the connection ends, and end it in good order.
// What is said on the connection is up to their kinds: Stream, Relp and Fluent. By inheritance, because what
// they have in common is how they are a Transport, and each step of it asks the kind how it stands.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "transports/network/connection.h"
#include "transports/network/peer_connection.h"
#include "transports/network/peer_options.h"
#include "transports/outcome_queue.h"
#include "transports/transport.h"

namespace tapferry {

class PeerTransport : public Transport {
  public:
    // Each connection is tried once, to the next of the addresses.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) final;
    void finish(Deadline deadline) final;
    [[nodiscard]] std::string take_warning() final { return peer_.take_warning(); }

  protected:
    using Time = std::chrono::steady_clock::time_point;
    using Verdict = Outcome::Verdict;

    // `most_received`: as Connection.
    PeerTransport(const PeerOptions& options, std::size_t most_received)
        : peer_(options, most_received), is_plain_(!options.tls) {}

    // Another batch may be lent.
    [[nodiscard]] virtual bool has_room() const = 0;
    virtual void lend(const Batch& batch, Ticket ticket) = 0;
    // Nothing is lent, and of what was everything is accepted.
    [[nodiscard]] virtual bool idle() const = 0;
    // Goes on with an open connection. Afterwards it may be in any state.
    virtual void settle_open(Time now) = 0;
    // Takes in what the far side has said, which counts also when the connection is over.
    virtual void hear(Time now) = 0;
    // The far side has ended its side in good order, and everything it said was heard.
    virtual void settle_ended(Time now);
    // `answer_by_` has passed.
    virtual void answer_overdue() = 0;
    // We have said that nothing more comes, and the far side is to answer that: outcomes wait for it, because
    // nobody asks again after the last one.
    [[nodiscard]] virtual bool says_goodbye() const { return false; }
    // The connection is gone.
    virtual void forget_connection() = 0;
    // Makes outcomes of everything that is under way: of what has not left this host by this verdict.
    virtual void take_back(Verdict verdict, const std::string& words) = 0;
    // When settle() has something to do although the network is quiet.
    [[nodiscard]] virtual Time next_step() const;

    // Takes in what has become of the connection, and does what can be done on it.
    void settle(Time now);
    // Ends the connection: what is not accepted is to go again.
    void give_back(std::string words, Verdict verdict);
    // The same when the connection has ended by itself.
    void give_back_broken();
    // What to add where the far side has hung up, if that may be because it speaks TLS.
    [[nodiscard]] std::string tls_guess() const;
    void drop_connection();
    // "5 s".
    [[nodiscard]] static std::string seconds(std::chrono::milliseconds time);

    PeerConnection peer_;
    Connection& connection_ = peer_.connection();
    OutcomeQueue outcomes_;
    Time answer_by_ = Time::max();
    std::optional<Time> finish_by_;  // set when no batches will follow
    bool understands_ = false;       // some far side has shown that it speaks what we do

  private:
    const bool is_plain_;
};

}  // namespace tapferry
