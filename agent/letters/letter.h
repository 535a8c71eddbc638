// A dead letter: what a destination will never take, with the reason. One line of JSON in a file of its
// destination, written by DeadLetter and read by whoever shows it or sends it again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "encoders/records.h"
#include "proto/event.h"
#include "proto/text_buffer.h"

namespace tapferry {

struct Letter {
    enum class Content : std::uint8_t {
        record,  // refused by the far side; may be sent again
        row,     // of an aggregate, and never sent: it is too long, or holds a byte that no record may
        frame,   // no record could be made of it
    };
    Record name;        // id, part, row and time of the record; of anything else the id alone
    Timestamp buried;   // when; no seconds: that was not written down
    std::string words;  // why, in the far side's words or ours
    Content content = Content::record;
    std::string bytes;    // exactly as they were
    std::string input{};  // of a frame: where it came from
    bool cut = false;     // it was too long to be kept whole
    // Of a record for a message queue: what stood before it.
    std::string heading{};

    // As it is, or rendered anew.
    [[nodiscard]] bool may_be_sent() const { return content != Content::row && !cut; }
};

// "record", "row" or "frame": the member of a line that holds the content.
std::string_view content_name(Letter::Content content);

// A line with its end, of printable ASCII. Content beyond `room` characters is cut, words beyond 1024.
void append_letter(TextBuffer& line, const Letter& letter, std::size_t room);
// What a line needs beside its content, at most.
std::size_t most_around_content();

// A line without its end. None: no DeadLetter wrote it.
std::optional<Letter> parse_letter(std::string_view line);

}  // namespace tapferry
