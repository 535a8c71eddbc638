// Learns from the sizes of a connection's reads whether it pays to let a socket rest for a millisecond
// between its becoming readable and its reading. It does for senders that write frame by frame at a good
// rate: many frames cost one wake-up. It does not where a sender gathers frames itself, or where frames are
// rare. Used by the reading loop only.
#pragma once

#include <cstddef>

namespace tapferry {

class RestHabit {
  public:
    [[nodiscard]] bool pays() const { return rests_left_ > 0; }

    // A read brought `bytes`; `rested`: after a rest.
    void note(std::size_t bytes, bool rested) {
        if (rested && rests_left_ > 0)
            note_rested(bytes);
        else if (!rested)
            note_plain(bytes);
    }
    void forget() { *this = RestHabit(); }

  private:
    // What a sender that gathers frames brings at once.
    static constexpr std::size_t gathered = 2048;
    // So much after a rest means that the sender could be held up by waiting.
    static constexpr std::size_t flood = 64 * 1024;
    static constexpr unsigned rests_in_a_row = 16;
    static constexpr unsigned plain_in_a_row = 48;

    void note_plain(std::size_t bytes) {
        plain_bytes_ = bytes;
        rests_left_ = 0;
        if (plain_left_ > 0) {
            --plain_left_;
        } else if (bytes < gathered) {
            rests_left_ = rests_in_a_row;
            rested_bytes_ = 0;
        }
    }
    // A row of rests that pays is followed by one plain read, which looks whether the sender's habit is the
    // same.
    void note_rested(std::size_t bytes) {
        rested_bytes_ += bytes;
        --rests_left_;
        if (bytes >= flood) rests_left_ = 0;
        if (rests_left_ == 0 && rested_bytes_ < 2 * rests_in_a_row * plain_bytes_)
            plain_left_ = plain_in_a_row;
    }

    unsigned rests_left_ = 0;
    unsigned plain_left_ = 0;       // reads before the next attempt
    std::size_t plain_bytes_ = 0;   // of the last read without a rest
    std::size_t rested_bytes_ = 0;  // of the row of rests
};

}  // namespace tapferry
