// Appends records to a file and follows its path: when the file was moved or removed, as logrotate does, or
// its name has come to tell another time, or it is long or old enough, a new one is made. Accepted when
// written; records are never cut, also not by a full disk.
// Framed as Frame Streams, each file is a whole stream: STOP is written where the transport leaves it, and
// cut off again, like a frame that a crash has torn, where a later process goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include "transports/files/file_names.h"
#include "transports/files/finished_files.h"
#include "transports/files/frame_streams_file.h"
#include "transports/network/descriptor.h"
#include "transports/options.h"
#include "transports/record_writer.h"
#include "transports/transport.h"

namespace tapferry {

class File final : public Transport {
  public:
    // `now`: of the wall clock, for names and intervals.
    explicit File(FileOptions options, FileNames::Time (*now)() = &std::chrono::system_clock::now);

    // One batch at a time.
    [[nodiscard]] bool submit(const Batch& batch, Ticket ticket, Deadline deadline) override;
    [[nodiscard]] std::optional<Outcome> wait(Deadline deadline) override;
    void finish(Deadline deadline) override;
    // Of the files that are finished.
    [[nodiscard]] std::string take_warning() override;

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
    std::optional<Outcome> open(std::size_t bytes_to_come);
    std::optional<Outcome> make_file();
    // Leaves a file that is not the one to be written any more. Why it cannot be moved out of the way, or
    // nothing.
    std::optional<Outcome> leave_when_due(std::size_t bytes_to_come);
    [[nodiscard]] bool path_names_open_file() const;
    // Whether a file that holds something has become long or old enough.
    [[nodiscard]] bool is_full(std::size_t bytes_to_come);
    // Gives the open file the name of a finished one.
    std::optional<Outcome> rename_finished();
    [[nodiscard]] std::int64_t interval_of(std::time_t seconds) const;
    void close();

    const FileOptions options_;
    const FileNames names_;
    FileNames::Time (*const now_)();
    std::optional<FinishedFiles> finished_;  // when there is anything to do for them
    std::string path_;                       // of the open file
    std::int64_t interval_ = 0;              // that the open file belongs to
    Descriptor file_;
    Deadline checked_at_{};
    RecordWriter writer_;
    std::optional<FrameStreamsEnd> search_;  // goes on before anything is written
    bool begun_ = false;                     // what is no regular file: its START is written
    bool torn_ = false;                      // lines: the last one that somebody left has no end
    std::optional<Deadline> finish_by_;
    std::optional<Ticket> writing_;
    std::optional<Outcome> outcome_;
};

}  // namespace tapferry
