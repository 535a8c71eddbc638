// Frames at which the program crashed, as a route's position file keeps them beside the position; described
// in FORMAT.md. Adding and saving neither allocates nor throws, so that a thread can do it while it crashes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "agent/spool/disk.h"

namespace tapferry {

struct CrashNote {
    std::uint64_t sequence = 0;
    std::uint16_t times = 0;
    std::uint16_t decoding = 0;  // of them while it was decoded, before anything of the destination's own
    std::uint32_t signal = 0;    // the last one
};

// What the notes hold for: another version of the program, or destination, may do better.
struct CrashedUnder {
    std::uint32_t version = 0;
    std::uint32_t destination = 0;  // 0: any
};

class CrashNotes {
  public:
    static constexpr std::size_t most = 30;
    using Bytes = std::array<std::uint8_t, 512>;

    explicit CrashNotes(CrashedUnder under = {}) : under_(under) {}
    // Those in the bytes; none when the bytes are not sound, or hold for something else.
    CrashNotes(const Bytes& bytes, CrashedUnder under) noexcept;

    // Once more at this frame. When there are too many the oldest note gives way.
    void add(std::uint64_t sequence, bool decoding, int signal) noexcept;

    [[nodiscard]] std::span<const CrashNote> all() const { return std::span(notes_).first(count_); }
    // Null: the program never crashed there.
    [[nodiscard]] const CrashNote* find(std::uint64_t sequence) const noexcept;
    [[nodiscard]] Bytes bytes() const noexcept;

  private:
    CrashedUnder under_;
    std::size_t count_ = 0;
    std::array<CrashNote, most> notes_{};  // the oldest first
};

// Where they stand, in a position file that is there. None are found, nor kept, where it cannot be opened.
class CrashNotesFile {
  public:
    CrashNotesFile(const std::filesystem::path& position_file, Disk& disk);

    [[nodiscard]] CrashNotes load(CrashedUnder under) const;
    // One write in place. What else is in the file is not touched.
    void save(const CrashNotes& notes) noexcept;

  private:
    Disk* disk_;
    DiskFile file_;
};

}  // namespace tapferry
