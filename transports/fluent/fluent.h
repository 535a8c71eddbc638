// Batches as chunks of Fluentd's forward protocol, to one of several receivers. `accepted`: the receiver has
// acknowledged the chunk; or, where that is not wanted, what Stream promises. When the connection ends,
// whatever is not acknowledged comes back as retry.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "transports/fluent/options.h"
#include "transports/fluent/session.h"
#include "transports/fluent/window.h"
#include "transports/network/connection.h"
#include "transports/network/peer_connection.h"
#include "transports/network/replay_window.h"
#include "transports/outcome_queue.h"
#include "transports/transport.h"

namespace tapferry {

class Fluent final : public Transport {
  public:
    explicit Fluent(const FluentOptions& options);

    // Several batches at a time; each connection is tried once, to the next of the addresses.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    void finish(Deadline deadline) override;
    [[nodiscard]] std::string take_warning() override;

  private:
    using Time = std::chrono::steady_clock::time_point;

    // Takes in what has become of the connection, and what the receiver says, and writes what may be written.
    void settle(Time now);
    void settle_open(Time now);
    void begin(Time now);
    void take_answers(Time now);
    void write_chunks(Time now);
    // Without acknowledgement: what the kernel says of what has gone out.
    void look_at_kernel(Time now);
    void finish_in_order(Time now);
    void accept_everything();
    void take_settled();
    // The receiver does not keep to the protocol, or does not answer.
    void fail(const std::string& words, bool needs_a_person = false);
    // Ends the connection: what is not accepted is to go again.
    void give_back(const std::string& words, Outcome::Verdict verdict);
    void drop_connection();
    [[nodiscard]] bool idle() const { return window_.batches() == 0 && replay_.empty(); }
    // When settle() has something to do although the network is quiet.
    [[nodiscard]] Time next_step() const;

    const FluentOptions options_;
    PeerConnection peer_;
    Connection& connection_ = peer_.connection();
    FluentWindow window_;
    FluentSession session_{options_, window_};
    ReplayWindow replay_;  // what has gone out, where nobody acknowledges it
    OutcomeQueue outcomes_;
    std::string out_;  // is being written
    bool writes_chunk_ = false;
    bool ended_writing_ = false;
    Time answer_by_ = Time::max();
    Time look_at_ = Time::max();
    std::optional<Time> finish_by_;  // set when no batches will follow
};

}  // namespace tapferry
