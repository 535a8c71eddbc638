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

#include "proto/event.h"

namespace tapferry {

class DeadLetter {
  public:
    // Nothing is made on the disk before the first letter.
    DeadLetter(std::filesystem::path directory, std::uint64_t max_bytes)
        : directory_(std::move(directory)), max_bytes_(max_bytes) {}

    // `words`: why, in the far side's words. False with errno set when it could not be kept.
    bool keep_record(const EventId& id, std::string_view words, std::string_view record);
    bool keep_frame(const EventId& id, std::string_view words, std::span<const std::uint8_t> frame);

  private:
    // Characters that the content of one letter may take.
    [[nodiscard]] std::size_t content_room() const;
    bool keep(std::string_view line);

    std::filesystem::path directory_;
    std::uint64_t max_bytes_;
};

}  // namespace tapferry
