// A transport hands records over and says what became of them. It never retries, logs or drops: that is
// decided in agent/route.cpp, the one retry loop of the program. Used by one thread, the route's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "encoders/records.h"

namespace tapferry {

using Deadline = std::chrono::steady_clock::time_point;

// Names one submitted batch. The route counts them up from 1.
enum class Ticket : std::uint64_t {};

struct Batch {
    const RecordBuffer& records;
    // Records [first, records.size()) are to be sent: what is before was accepted earlier.
    std::size_t first = 0;
};

struct Outcome {
    enum class Verdict : std::uint8_t {
        sent,      // the batch's bytes may be released; another outcome for this ticket follows
        accepted,  // the far side has it, in the sense that the transport's documentation gives
        retry,     // not taken, or not known to be: read that stretch again, or submit again, later
        refused,   // the far side will never take these records
    };
    Ticket ticket{};
    Verdict verdict = Verdict::retry;
    // With retry: so many records from Batch::first on are accepted all the same and need not go again. Only
    // from transports that hold on to the batch until its outcome (datagrams, files), never after `sent`.
    std::size_t done = 0;
    // With accepted: these records of the buffer (indexes into RecordBuffer::records(), rising) are refused
    // all the same, and the others accepted. Under the same condition as `done`, and never counted in it.
    std::vector<std::uint32_t> refused_records{};
    // With retry: whether a byte of it may have left this host, so that sending it again may repeat records.
    bool handed_over = false;
    std::string words{};  // why, in the far side's or the kernel's words; for people
};

class Transport {
  public:
    virtual ~Transport() = default;
    // Takes a batch and begins to send it, connecting first where needed. False: no room in the window,
    // wait() first. The batch is lent until its outcome comes. May use the time until `deadline`; what is not
    // done by then goes on in wait(). Whatever goes wrong comes out of wait() as an outcome.
    [[nodiscard]] virtual bool submit(const Batch& batch, Ticket ticket, Deadline deadline) = 0;
    // The next outcome, or none by `deadline`. Tickets come out in the order submitted; when a connection
    // breaks, every ticket not yet accepted comes out as retry.
    [[nodiscard]] virtual std::optional<Outcome> wait(Deadline deadline) = 0;
    // No more batches: ends the connection in good order so that the outcomes of all tickets can be had from
    // wait() by `deadline` (a clean half-close that the peer answers makes everything accepted).
    virtual void finish(Deadline deadline) = 0;
};

}  // namespace tapferry
