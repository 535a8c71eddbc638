// Writes a batch to a descriptor with write(2) and knows which of its records are whole there: for files,
// pipes and terminals. Used by File and Stdout; one thread. Descriptors stay their owner's.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "transports/transport.h"

namespace tapferry {

class RecordWriter {
  public:
    // The batch is lent until it is all written or given up. A batch before it must be over.
    void begin(const Batch& batch);
    // That comes before the batch, of which nothing is written yet; lent as long.
    void lead(std::string_view head) { head_ = head; }
    // Writes on until everything is written (0), an error comes (errno), or the deadline (EAGAIN). Raises no
    // SIGPIPE.
    int run(int fd, Deadline deadline);
    // Forgets the batch and cuts a record of which only a part was written, or such a head, off the end of a
    // regular file. Gives how many records, from Batch::first on, are whole.
    std::size_t give_up(int fd);
    // Whether the last batch's head was written whole.
    [[nodiscard]] bool wrote_head() const { return head_written_ == head_.size(); }
    // Writes what belongs behind all batches; errno when that fails, and nothing of it stays in a regular
    // file.
    int write_end(int fd, std::string_view end, Deadline deadline);
    // Cuts off what give_up() could not; errno when that fails again. Nothing may be written before that.
    int mend(int fd);
    // Another file is written from now on.
    void forget_torn() { torn_bytes_ = 0; }

  private:
    [[nodiscard]] std::size_t whole_records() const;

    std::optional<Batch> batch_;
    std::string_view head_;
    std::size_t head_written_ = 0;
    std::size_t written_ = 0;     // bytes of the batch
    std::size_t torn_bytes_ = 0;  // at the file's end, of a record that is not whole
};

}  // namespace tapferry
