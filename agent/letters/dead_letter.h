// What a destination will never take, kept with the reason: records that it refused, and frames that no event
// could be made of. One file of JSON lines a destination, dead-letter/NAME/dead-letter.jsonl, beside the
// previous one; together they stay within a limit, and the oldest letters go first. What is too long for half
// of the limit is cut, with "cut":true behind it. Owned by the route's thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "agent/letters/letter.h"

namespace tapferry {

class DeadLetter {
  public:
    // Nothing is made on the disk before the first letter.
    DeadLetter(std::filesystem::path directory, std::uint64_t max_bytes)
        : directory_(std::move(directory)), max_bytes_(max_bytes) {}

    // `words`: why, in the far side's words. False with errno set when it could not be kept.
    bool keep_record(const Record& record, std::string_view words, std::string_view content,
                     std::string_view heading = {});
    bool keep_row(const EventId& id, std::string_view words, std::string_view text);
    // `name`: the frame's id, and when it was received.
    bool keep_frame(const Record& name, std::string_view words, std::span<const std::uint8_t> frame,
                    std::string_view input = {});
    // A letter that is one already, without the line's end.
    bool keep_line(std::string_view line);

    // How many letters went because newer ones needed their room.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  private:
    bool keep_letter(const Letter& letter);
    bool keep(std::string_view line);
    void make_room();

    std::filesystem::path directory_;
    std::uint64_t max_bytes_;
    std::uint64_t dropped_ = 0;
};

}  // namespace tapferry
