// One record a datagram: syslog over UDP, or a unix datagram socket. Accepted means handed over: what the far
// side does not refuse in time is gone. After a failure, and at the beginning, one record goes ahead of the
// others, so that a receiver that is not there costs nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transports/connection_dialler.h"
#include "transports/descriptor.h"
#include "transports/options.h"
#include "transports/transport.h"

namespace tapferry {

class Datagram final : public Transport {
  public:
    explicit Datagram(DatagramOptions options);

    // One batch at a time.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    void finish(Deadline) override {}

  private:
    struct Lent {
        Batch batch;
        Ticket ticket{};
        std::size_t next = 0;   // of its records
        bool on_trial = false;  // the record before `next` went ahead and may still be refused
        Deadline trial_ends{};
        std::vector<std::uint32_t> refused{};
        std::string words{};
    };

    // Each goes on with the lent batch until it is over or `deadline`. False: not yet over with its part.
    void advance(Deadline deadline);
    bool connect(Deadline deadline);
    bool send_next(Deadline deadline);
    bool try_first(Deadline deadline);

    void refuse_next(const std::string& words);
    void fail(const std::string& words);

    const DatagramOptions options_;
    Dialler dialler_;
    Descriptor socket_;
    bool doubtful_ = true;  // nothing says that the receiver is there
    std::optional<Lent> lent_;
    std::optional<Outcome> outcome_;
};

}  // namespace tapferry
