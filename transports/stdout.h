// Writes records to standard output, or to whatever descriptor a test gives. Accepted when written. A reader
// that is slow is waited for; the descriptor is shared with others, so its flags stay as they are. Framed as
// Frame Streams, all that one process writes is a whole stream.
#pragma once

#include <unistd.h>

#include <optional>

#include "transports/record_writer.h"
#include "transports/transport.h"

namespace tapferry {

class Stdout final : public Transport {
  public:
    explicit Stdout(int fd = STDOUT_FILENO, Framing framing = Framing::newline)
        : fd_(fd), is_stream_(framing == Framing::frame_streams) {}

    // One batch at a time.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    void finish(Deadline deadline) override;

  private:
    void write(Deadline deadline);
    void end_stream(Deadline deadline);

    const int fd_;
    const bool is_stream_;
    bool begun_ = false;  // the stream: its START is written
    std::optional<Deadline> finish_by_;
    RecordWriter writer_;
    std::optional<Ticket> writing_;
    std::optional<Outcome> outcome_;
};

}  // namespace tapferry
