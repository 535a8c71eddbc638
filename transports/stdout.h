// Writes records to standard output, or to whatever descriptor a test gives. Accepted when written. A reader
// that is slow is waited for; the descriptor is shared with others, so its flags stay as they are.
#pragma once

#include <unistd.h>

#include <optional>

#include "transports/record_writer.h"
#include "transports/transport.h"

namespace tapferry {

class Stdout final : public Transport {
  public:
    explicit Stdout(int fd = STDOUT_FILENO) : fd_(fd) {}

    // One batch at a time.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    void finish(Deadline) override {}

  private:
    void write(Deadline deadline);

    const int fd_;
    RecordWriter writer_;
    std::optional<Ticket> writing_;
    std::optional<Outcome> outcome_;
};

}  // namespace tapferry
