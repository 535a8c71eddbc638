// A spool in a folder of its own with frames of real captures in it, for the tests of what reads it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.h"
#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "agent/spool/saved_position.h"
#include "agent/spool/spool.h"
#include "tests/support/frame_streams_file.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry::test {

// Of the whole spool and of one segment; no segment is sealed for its age.
struct SpoolSize {
    std::uint64_t all = 1ull << 30;
    std::uint64_t segment = 16ull << 20;
};

class FilledSpool {
  public:
    explicit FilledSpool(SpoolSize size = {});

    void append(const std::vector<Frame>& frames);
    // In one block that was received then.
    void append(const std::vector<Frame>& frames, const Timestamp& received);
    // That nothing came until then, as if somebody waited for it.
    void append_time(const Timestamp& until);
    // So many frames of captures of several servers, again and again from the first one on.
    void append_captured(std::size_t count);
    [[nodiscard]] Spool& spool() { return *spool_; }
    [[nodiscard]] std::filesystem::path directory() const { return folder_.path("spool"); }
    [[nodiscard]] std::string path(std::string_view name) const { return folder_.path(name); }
    [[nodiscard]] SpoolReader reader(Position from = first_position) const {
        return SpoolReader(directory(), posix_disk(), from);
    }
    // Opens the log anew, as a restart of the agent does.
    void reopen();

  private:
    SpoolOptions options() const;

    TemporaryFolder folder_;
    SpoolSize size_;
    std::unique_ptr<Spool> spool_;
    std::vector<Frame> captured_;
    std::size_t next_captured_ = 0;
};

// Bytes that are no dnstap frame, of this length.
Frame garbage(std::size_t length);

// JSON lines of every event; batches of 200 events that do not linger.
DestinationConfig json_destination(TransportOptions transport);

// The sequence number in the id of a JSON record.
// A place where nothing waits.
inline SavedPosition place_at(Position position, const NoticeState& notices = {}) {
    SavedPosition place;
    place.position = place.open_from = position;
    place.notices = notices;
    return place;
}

std::uint64_t sequence_of(std::string_view record);
std::vector<std::uint64_t> sequences_of(const std::vector<std::string>& records);
// "1-200 150-300": runs of numbers that follow each other, in the order given.
std::string ranges(const std::vector<std::uint64_t>& sequences);
// As ranges() of from, from + 1, …, to - 1.
std::string range(std::uint64_t from, std::uint64_t to);
std::vector<std::uint64_t> without_repeats(const std::vector<std::uint64_t>& sequences);

}  // namespace tapferry::test
