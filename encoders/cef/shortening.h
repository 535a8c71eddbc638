// How a record that is too long is made shorter, always in the same order: its answers go, from the last to
// the first; then the flags, the message, what a long name has beyond its last labels, and all that does not
// identify the event. Used by the encoders whose lines can be shortened; lives for one event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "encoders/bounds.h"
#include "encoders/records.h"

namespace tapferry {

// How many answers a line shows, and how many bytes more it has with the first of them than with none.
class ShownAnswers {
  public:
    void add(std::size_t bytes) { ends_[count_++] = static_cast<std::uint32_t>(bytes); }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::size_t bytes(std::size_t count) const { return count == 0 ? 0 : ends_[count - 1]; }

  private:
    std::size_t count_ = 0;
    std::array<std::uint32_t, max_shown_records> ends_;
};

// What may still be in the line.
struct Shortening {
    std::size_t answers = max_shown_records;  // how many
    bool flags = true;
    bool message = true;
    bool full_name = true;
    bool others = true;

    // Takes the next step. `excess`: by how many bytes the record was too long. False: there is nothing left
    // to take.
    [[nodiscard]] bool shorten(const ShownAnswers& shown, std::size_t excess);
};

// Appends the open record's line, which `append` writes within a Shortening and returns as an object with
// answers() and cut(): as it is, or shortened until the record has at most `max_bytes` (0: no limit). A
// record that cannot be made short enough is refused.
template <typename Append>
void append_shortened(RecordBuffer& records, TextBuffer& out, std::size_t max_bytes, Append append) {
    const std::size_t from = out.size();
    Shortening keep;
    for (;;) {
        const auto line = append(keep);
        if (max_bytes == 0 || records.open_size() <= max_bytes) {
            records.cut(line.cut());
            return;
        }
        if (!keep.shorten(line.answers(), records.open_size() - max_bytes)) {
            records.refuse();
            return;
        }
        out.truncate(from);
    }
}

}  // namespace tapferry
