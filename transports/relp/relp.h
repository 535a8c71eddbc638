// Syslog messages by RELP, to one of several receivers. `accepted`: the receiver has answered "200" to each
// message. When a session ends, whatever is not answered comes back as retry, and what was answered does not.
// A message that the receiver answers with another code is refused, under its words.
#pragma once

#include <cstddef>
#include <string>

#include "transports/network/peer_transport.h"
#include "transports/relp/options.h"
#include "transports/relp/session.h"
#include "transports/relp/window.h"
#include "transports/transport.h"

namespace tapferry {

class Relp final : public PeerTransport {
  public:
    // Batches that are lent at once: more are not taken.
    static constexpr std::size_t most_batches = 8;

    explicit Relp(const RelpOptions& options);

  private:
    [[nodiscard]] bool has_room() const override { return window_.batches() < most_batches; }
    void lend(const Batch& batch, Ticket ticket) override { window_.lend(ticket, batch); }
    [[nodiscard]] bool idle() const override { return window_.batches() == 0; }
    void settle_open(Time now) override;
    void hear(Time now) override;
    void answer_overdue() override;
    [[nodiscard]] bool says_goodbye() const override {
        return session_.state() == RelpSession::State::closing;
    }
    void forget_connection() override { session_.forget(); }
    void take_back(Verdict verdict, const std::string& words) override;

    void offer(Time now);
    void write_messages(Time now);
    // Says "close" when all is answered, and waits for the answer for at most a second.
    void say_goodbye(Time now);
    void take_settled();
    // The receiver does not keep to the protocol, or does not answer.
    void fail(const std::string& words, bool needs_a_person = false);

    const RelpOptions options_;
    RelpWindow window_;
    RelpSession session_{window_};
    std::string out_;  // is being written
};

}  // namespace tapferry
