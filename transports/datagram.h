// One record a datagram: lines or syslog over UDP, or a unix datagram socket. Over UDP at most 32,000 a
// second, in short rows, so that a receiver with a buffer of the usual size can keep up. Accepted means
// handed over: what the far side does not refuse in time is gone. After a failure, and at the beginning, one
// record goes ahead of the others, so that a receiver that is not there costs nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transports/network/connection_dialler.h"
#include "transports/network/descriptor.h"
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
        std::size_t next = 0;                    // of its records
        std::optional<std::size_t> last_sent{};  // of its records, whole
        std::size_t chunk = 0;                   // of that record, when it goes in chunks
        bool on_trial = false;  // the record before `next` went ahead and may still be refused
        Deadline trial_ends{};
        std::vector<std::uint32_t> refused{};
        std::string words{};
    };

    // Goes on with the lent batch until it is over or `deadline`.
    void advance(Deadline deadline);
    // Its steps. False: it goes on later, or the batch is over.
    bool connect(Deadline deadline);
    bool send_next(Deadline deadline);
    bool try_first(Deadline deadline);
    // Sends the record, or its next chunk. As send(2).
    long send_some(std::string_view content);
    // What the error of send_some() means for the batch.
    bool take_error(int error, Deadline deadline);

    void refuse_next(const std::string& words);
    void fail(const std::string& words);

    const DatagramOptions options_;
    Dialler dialler_;
    Descriptor socket_;
    bool doubtful_ = true;       // nothing says that the receiver is there
    std::size_t in_a_row_ = 0;   // sent since the last pause
    std::uint64_t message_ = 0;  // of those that go in chunks, counted from a random number on
    std::optional<Lent> lent_;
    std::optional<Outcome> outcome_;
};

}  // namespace tapferry
