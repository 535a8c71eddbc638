// Appends records to a file and follows its path: when the file was moved or removed, as logrotate does, a
// new one is made. Accepted when written; records are never cut, also not by a full disk.
#pragma once

#include <optional>
#include <string>

#include "transports/descriptor.h"
#include "transports/options.h"
#include "transports/record_writer.h"
#include "transports/transport.h"

namespace tapferry {

class File final : public Transport {
  public:
    explicit File(FileOptions options) : options_(std::move(options)) {}

    // One batch at a time.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    void finish(Deadline) override {}

  private:
    // Writes on; `outcome_` says what came of it.
    void write(Deadline deadline);
    // Why the file cannot be written, or nothing.
    std::optional<Outcome> open();
    [[nodiscard]] bool path_names_open_file() const;
    void close();

    const FileOptions options_;
    Descriptor file_;
    Deadline checked_at_{};
    RecordWriter writer_;
    std::optional<Ticket> writing_;
    std::optional<Outcome> outcome_;
};

}  // namespace tapferry
