// Batches as chunks of Fluentd's forward protocol, to one of several receivers. `accepted`: the receiver has
// acknowledged the chunk; or, where that is not wanted, what Stream promises. When the connection ends,
// whatever is not acknowledged comes back as retry.
#pragma once

#include <string>

#include "transports/fluent/options.h"
#include "transports/fluent/session.h"
#include "transports/fluent/window.h"
#include "transports/network/peer_transport.h"
#include "transports/network/replay_window.h"

namespace tapferry {

class Fluent final : public PeerTransport {
  public:
    explicit Fluent(const FluentOptions& options);

  private:
    [[nodiscard]] bool has_room() const override {
        return window_.batches() < FluentWindow::most_under_way && !replay_.full();
    }
    void lend(const Batch& batch, Ticket ticket) override { window_.lend(ticket, batch); }
    [[nodiscard]] bool idle() const override { return window_.batches() == 0 && replay_.empty(); }
    void settle_open(Time now) override;
    void hear(Time now) override;
    void settle_ended(Time now) override;
    void answer_overdue() override;
    void forget_connection() override;
    void take_back(Verdict verdict, const std::string& words) override;
    [[nodiscard]] Time next_step() const override;

    void begin(Time now);
    void write_chunks(Time now);
    // Without acknowledgement: what the kernel says of what has gone out.
    void look_at_kernel(Time now);
    void finish_in_order(Time now);
    void take_settled();
    // The receiver does not keep to the protocol, or does not answer.
    void fail(const std::string& words, bool needs_a_person = false);

    const FluentOptions options_;
    FluentWindow window_;
    FluentSession session_{options_, window_};
    ReplayWindow replay_;  // what has gone out, where nobody acknowledges it
    std::string out_;      // is being written
    bool writes_chunk_ = false;
    bool ended_writing_ = false;
    Time look_at_ = Time::max();
};

}  // namespace tapferry
