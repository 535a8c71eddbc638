// Records over a byte stream without acknowledgements: TCP, TLS or a unix socket, to one of several peers.
// `sent`: the kernel has the bytes. `accepted`: the peer's kernel has acknowledged them, and the connection
// then lasted for the replay window or was closed in good order. When it breaks, everything not accepted
// comes back as retry. Records framed as Frame Streams stand between its handshake and its end, and closed in
// good order is what the peer has answered with FINISH.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "transports/frame_streams_session.h"
#include "transports/network/peer_transport.h"
#include "transports/network/replay_window.h"
#include "transports/options.h"

namespace tapferry {

class Stream final : public PeerTransport {
  public:
    explicit Stream(StreamOptions options);

    // One batch is written at a time.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;

  private:
    struct Lent {
        Ticket ticket{};
        std::string_view bytes;
        bool begun = false;
    };

    [[nodiscard]] bool has_room() const override { return !lent_ && !window_.full(); }
    void lend(const Batch& batch, Ticket ticket) override {
        lent_ = Lent{ticket, batch.records.wire(batch.first, batch.end())};
    }
    [[nodiscard]] bool idle() const override { return !lent_ && window_.empty(); }
    void settle_open(Time now) override;
    // Of Frame Streams: takes in what the peer says.
    void hear(Time now) override;
    void settle_ended(Time now) override;
    void answer_overdue() override;
    // STOP was said, and the peer owes FINISH.
    [[nodiscard]] bool says_goodbye() const override {
        return session_ && session_->state() == FrameStreamsSession::State::stopping;
    }
    void forget_connection() override;
    void take_back(Verdict verdict, const std::string& words) override;
    [[nodiscard]] Time next_step() const override;

    void write_lent(Time now);
    // Of Frame Streams: says what is to be said. Whether records may go.
    [[nodiscard]] bool talk(Time now);
    [[nodiscard]] bool everything_is_there();
    // The peer may take at most 3 s to close in turn, or to say FINISH.
    void finish_in_order(Time now);
    void look_at_acknowledgements(Time now);
    void accept_everything();
    [[nodiscard]] std::string about_frames(const std::string& words) const;
    [[nodiscard]] bool wants_to_look() const;

    const StreamOptions options_;
    std::optional<FrameStreamsSession> session_;  // none: there are records and nothing else
    ReplayWindow window_;
    std::optional<Lent> lent_;
    Time look_at_{};
    std::chrono::milliseconds look_pause_;
    bool ended_writing_ = false;
};

}  // namespace tapferry
