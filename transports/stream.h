// Records over a byte stream without acknowledgements: TCP or a unix socket, to one of several peers. `sent`:
// the kernel has the bytes. `accepted`: the peer's kernel has acknowledged them, and the connection then
// lasted for the replay window or was closed in good order. When it breaks, everything not accepted comes
// back as retry.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "transports/connection.h"
#include "transports/options.h"
#include "transports/replay_window.h"
#include "transports/transport.h"

namespace tapferry {

class Stream final : public Transport {
  public:
    explicit Stream(StreamOptions options);

    // One batch is written at a time; each connection is tried once, to the next of the addresses.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    // Waits for the peer to close in turn, for at most 3 s.
    void finish(Deadline deadline) override;

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
    void finish_in_order(Time now);
    void look_at_acknowledgements(Time now);
    void accept_everything();
    // Ends the connection: what is not accepted is to be sent again.
    void give_back(const std::string& words);
    void drop_connection();

    [[nodiscard]] bool outstanding() const { return lent_.has_value() || !window_.empty(); }
    [[nodiscard]] bool wants_to_look() const;
    // When settle() has something to do although the network is quiet.
    [[nodiscard]] Time next_step() const;

    const StreamOptions options_;
    Connection connection_;
    ReplayWindow window_;
    std::deque<Outcome> outcomes_;
    std::optional<Lent> lent_;
    std::size_t next_address_ = 0;
    const Address* address_ = nullptr;  // of the connection
    Time look_at_{};
    std::chrono::milliseconds look_pause_;
    std::optional<Time> finish_by_;  // set when no batches will follow
    bool ended_writing_ = false;
};

}  // namespace tapferry
