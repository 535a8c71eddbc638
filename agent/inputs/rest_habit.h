// Learns how a connection's sender writes, and says how long its socket may rest between its becoming
// readable and its reading, so that several writes cost one wake-up: this thread's, and the sender's work of
// waking it. No rest fills more than a part of what the socket holds, for a sender that finds it full loses
// frames or waits. Where writes are so rare that a rest would bring none more, or so many that reading cannot
// wait, there is none. Used by the reading loop only.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace tapferry {

class RestHabit {
  public:
    using Clock = std::chrono::steady_clock;

    // Zero: what comes is read at once. In 4 ms, not even a sudden 200,000 frames a second fill the socket,
    // when they come in writes of 8 KiB, as libfstrm makes them.
    static constexpr std::chrono::milliseconds longest{4};
    static constexpr std::chrono::milliseconds shortest{1};
    [[nodiscard]] Clock::duration rest() const { return rests_left_ > 0 ? rest_ : Clock::duration::zero(); }

    // A read at `now` brought `bytes`; `rested`: after a rest.
    void note(std::size_t bytes, bool rested, Clock::time_point now) {
        if (rested && rests_left_ > 0)
            note_rested(bytes);
        else if (!rested)
            note_plain(bytes, now);
    }
    void forget() { *this = RestHabit(); }

  private:
    // A unix socket holds 208 KiB as Linux counts them: each write takes about so much more than its bytes.
    static constexpr std::size_t socket_bytes = 208 * 1024;
    static constexpr std::size_t write_overhead = 1100;
    // What a rest may let come, and what ends all rests at once: other than was learned, more comes.
    static constexpr std::size_t usual_fill = socket_bytes / 5;
    static constexpr std::size_t alarming_fill = 2 * usual_fill;
    static constexpr unsigned plain_in_a_row = 8;
    static constexpr unsigned rests_in_a_row = 64;

    // While there is no rest, most reads bring what one write wrote. The first of a row is its beginning.
    void note_plain(std::size_t bytes, Clock::time_point now) {
        rests_left_ = 0;
        if (plain_reads_++ == 0) {
            row_began_ = now;
            row_bytes_ = 0;
            return;
        }
        row_bytes_ += bytes;
        if (plain_reads_ <= plain_in_a_row) return;
        plain_reads_ = 0;
        learn(row_bytes_ / plain_in_a_row, (now - row_began_) / plain_in_a_row);
    }
    void learn(std::size_t write_bytes, Clock::duration between_writes) {
        write_bytes_ = write_bytes;
        const std::size_t most_writes = usual_fill / (write_bytes + write_overhead);
        rest_ = std::min<Clock::duration>(between_writes * most_writes, longest);
        // Each rest ends in a wake-up itself, so it pays when two of them save one.
        if (rest_ >= shortest && 2 * rest_ >= 3 * between_writes) rests_left_ = rests_in_a_row;
    }
    // A row of rests is followed by one of plain reads, which looks whether the sender's habit is the same.
    void note_rested(std::size_t bytes) {
        --rests_left_;
        const std::size_t writes = bytes / std::max<std::size_t>(write_bytes_, 1);
        if (writes * (write_bytes_ + write_overhead) >= alarming_fill) rests_left_ = 0;
    }

    unsigned plain_reads_ = 0;  // of this row
    Clock::time_point row_began_;
    std::size_t row_bytes_ = 0;
    std::size_t write_bytes_ = 0;  // of a usual write
    Clock::duration rest_{};
    unsigned rests_left_ = 0;
};

}  // namespace tapferry
