// Builders and readers for the spool's tests: frames whose content tells their
// number, and an account of everything a reader gave.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "agent/spool/clocks.h"
#include "agent/spool/disk.h"
#include "agent/spool/reader.h"
#include "agent/spool/spool.h"
#include "tests/support/temporary_folder.h"

namespace tapferry {

// A clock that stands until a test moves it.
class ManualClocks final : public Clocks {
  public:
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
        return std::chrono::steady_clock::time_point{passed_.load()};
    }
    [[nodiscard]] Timestamp wall() const override {
        return {1'700'000'000 + std::chrono::floor<std::chrono::seconds>(passed_.load() + stepped_).count(),
                0};
    }
    void pass(std::chrono::milliseconds time) { passed_ = passed_.load() + time; }
    void step_wall_clock(std::chrono::milliseconds by) { stepped_ += by; }

  private:
    std::atomic<std::chrono::nanoseconds> passed_{std::chrono::hours{1}};
    std::chrono::nanoseconds stepped_{0};
};

using Bytes = std::vector<std::uint8_t>;

// Options for small segments of a spool in folder/spool.
SpoolOptions small_spool(const TemporaryFolder& folder, std::uint64_t segment_bytes = 64 << 20);

// The frame that the tests append under this number: its content follows from the number and the size alone.
Bytes numbered_frame(Position position, std::size_t size);
bool is_numbered_frame(const SpoolFrame& frame);

// Appends a time block, as if somebody waited for it.
bool append_time(Spool& spool, std::int64_t seconds);

// Appends one block of numbered frames of these sizes.
AppendOutcome append_frames(Spool& spool, const std::vector<std::size_t>& sizes, std::uint32_t stream = 1);

// What a reader gave from its position to the end of the log, checked on the way: each read begins where the
// one before ended. `text` names everything but the times, e.g. "1-3 gap(damage) 4-6 7-9".
struct Account {
    std::uint64_t frames = 0;
    std::uint64_t lost = 0;
    std::uint64_t wrong = 0;  // frames whose content is not their number's
    std::uint64_t times = 0;
    bool contiguous = true;
    std::string text;
};
Account read_all(SpoolReader& reader);
Account read_all(const std::filesystem::path& directory, Position from = first_position);

std::vector<std::filesystem::path> segment_files(const std::filesystem::path& directory);
Bytes read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const Bytes& bytes);

}  // namespace tapferry
