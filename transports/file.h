// Appends records to a file and follows its path: when the file was moved or removed, as logrotate does, a
// new one is made. Accepted when written; records are never cut, also not by a full disk.
// Framed as Frame Streams, each file is a whole stream: STOP is written where the transport leaves it, and
// cut off again, like a frame that a crash has torn, where a later process goes on.
#pragma once

#include <optional>
#include <string>

#include "transports/descriptor.h"
#include "transports/frame_streams_file.h"
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
    void finish(Deadline deadline) override;

  private:
    // Writes on; `outcome_` says what came of it.
    void write(Deadline deadline);
    void end_writing(Outcome outcome);
    // Looks on for the end of what an earlier process left: as FrameStreamsEnd::find().
    int seek_end(Deadline deadline);
    [[nodiscard]] std::string failure_to_seek(int error) const;
    // What must come before the next record.
    [[nodiscard]] std::string_view head() const;
    void end_stream(Deadline deadline);
    [[nodiscard]] bool is_stream() const { return options_.framing == Framing::frame_streams; }
    // Why the file cannot be written, or nothing.
    std::optional<Outcome> open();
    [[nodiscard]] bool path_names_open_file() const;
    void close();

    const FileOptions options_;
    Descriptor file_;
    Deadline checked_at_{};
    RecordWriter writer_;
    std::optional<FrameStreamsEnd> search_;  // goes on before anything is written
    bool begun_ = false;                     // what is no regular file: its START is written
    std::optional<Deadline> finish_by_;
    std::optional<Ticket> writing_;
    std::optional<Outcome> outcome_;
};

}  // namespace tapferry
