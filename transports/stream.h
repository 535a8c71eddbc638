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
#include "transports/network/connection.h"
#include "transports/network/peer_connection.h"
#include "transports/network/replay_window.h"
#include "transports/options.h"
#include "transports/outcome_queue.h"
#include "transports/transport.h"

namespace tapferry {

class Stream final : public Transport {
  public:
    explicit Stream(StreamOptions options);

    // One batch is written at a time; each connection is tried once, to the next of the addresses.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    // Waits for the peer to close in turn, or for its FINISH, for at most 3 s.
    void finish(Deadline deadline) override;
    [[nodiscard]] std::string take_warning() override;

  private:
    using Time = ReplayWindow::Time;

    struct Lent {
        Ticket ticket{};
        std::string_view bytes;
        bool begun = false;
    };

    // Takes in what has become of the connection and of what was written.
    void settle(Time now);
    void settle_open(Time now);
    void settle_ended(Time now);
    // Of Frame Streams: takes in what the peer says, and says what is to be said. Whether records may go.
    [[nodiscard]] bool talk(Time now);
    void hear();
    [[nodiscard]] bool everything_is_there();
    void finish_in_order(Time now);
    void look_at_acknowledgements(Time now);
    void accept_everything();
    // Ends the connection: what is not accepted is to be sent again.
    void give_back(const std::string& words, Outcome::Verdict verdict = Outcome::Verdict::retry);
    void drop_connection();
    [[nodiscard]] std::string about_frames(const std::string& words) const;

    // STOP was said, and the peer owes FINISH.
    [[nodiscard]] bool stopping() const {
        return session_ && session_->state() == FrameStreamsSession::State::stopping;
    }
    [[nodiscard]] bool outstanding() const { return lent_.has_value() || !window_.empty(); }
    [[nodiscard]] bool wants_to_look() const;
    // When settle() has something to do although the network is quiet.
    [[nodiscard]] Time next_step() const;

    const StreamOptions options_;
    std::optional<FrameStreamsSession> session_;  // none: there are records and nothing else
    PeerConnection peer_;
    Connection& connection_ = peer_.connection();
    ReplayWindow window_;
    OutcomeQueue outcomes_;
    std::optional<Lent> lent_;
    Time look_at_{};
    std::chrono::milliseconds look_pause_;
    Time answer_by_ = Time::max();   // to our offer of Frame Streams
    std::optional<Time> finish_by_;  // set when no batches will follow
    bool ended_writing_ = false;
};

}  // namespace tapferry
