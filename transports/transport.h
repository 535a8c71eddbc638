// A transport hands records over and says what became of them. It never retries, logs or drops: that is
// decided in agent/routes/route_loop*.cpp, the one retry loop of the program. Used by the route's thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
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
    // Records [first, end()) are to be sent: the others were accepted, or go another time.
    std::size_t first = 0;
    std::size_t last = std::numeric_limits<std::size_t>::max();

    [[nodiscard]] std::size_t end() const { return std::min(last, records.size()); }
};

struct Outcome {
    enum class Verdict : std::uint8_t {
        sent,      // the batch's bytes may be released; another outcome for this ticket follows
        accepted,  // the far side has it, in the sense that the transport's documentation gives
        retry,     // not taken, or not known to be, and that may pass: no connection, a time-out, 429, 5xx
        refused,   // a record in it will never be taken: without refused_records, it is not known which one
        too_big,   // taken in smaller pieces perhaps
        misconfigured,  // not taken until a person changes something: 401, 403, 404, a certificate,
                        // permission
    };
    Ticket ticket{};
    Verdict verdict = Verdict::retry;
    // With any verdict but sent and accepted: so many records from Batch::first on are accepted all the same
    // and need not go again. Only from transports that hold on to the batch until its outcome (datagrams,
    // files), never after `sent`.
    std::size_t done = 0;
    // These records of the buffer (indexes into RecordBuffer::records(), rising) are refused for good, and
    // the others as the verdict says. Under the same condition as `done`, and never counted in it.
    std::vector<std::uint32_t> refused_records{};
    // Why, of each of them; empty: `words` are those of all.
    std::vector<std::string> refused_words{};
    // When there are any, what the verdict says is true of these alone, and the others are accepted. Likewise
    // rising.
    std::vector<std::uint32_t> retry_records{};
    // With retry and misconfigured: how long the far side asks to be left alone.
    std::chrono::milliseconds retry_after{0};
    // Whether a byte of it may have left this host, so that sending it again may repeat records.
    bool handed_over = false;
    // With misconfigured: the far side does not know us, or does not let us do this.
    bool not_admitted = false;
    std::string words{};  // why, in the far side's or the kernel's words; for people

    [[nodiscard]] const std::string& words_of(std::uint32_t record) const {
        const auto found = std::lower_bound(refused_records.begin(), refused_records.end(), record);
        const auto at = static_cast<std::size_t>(found - refused_records.begin());
        const bool is_own = found != refused_records.end() && *found == record && at < refused_words.size();
        return is_own ? refused_words[at] : words;
    }
};
inline constexpr std::size_t verdict_count = 6;

// Why nothing gets through, in the far side's words or ours.
struct Trouble {
    std::string words;
    bool needs_a_person = false;  // it will not get better by itself
    bool not_admitted = false;    // as Outcome
};

class Transport {
  public:
    virtual ~Transport() = default;
    // Takes a batch and begins to send it, connecting first where needed. False: no room in the window,
    // wait() first. The batch is lent until its outcome comes. May use the time until `deadline`; what is not
    // done by then goes on in wait(). Whatever goes wrong comes out of wait() as an outcome.
    [[nodiscard]] virtual bool submit(const Batch& batch, Ticket ticket, Deadline deadline) = 0;
    // The next outcome, or none by `deadline`. Tickets come out in the order submitted, unless the transport
    // has several connections; when a connection breaks, every ticket of it not yet accepted comes out as
    // retry.
    [[nodiscard]] virtual std::optional<Outcome> wait(Deadline deadline) = 0;
    // No more batches: ends the connection in good order so that the outcomes of all tickets can be had from
    // wait() by `deadline` (a clean half-close that the peer answers makes everything accepted).
    virtual void finish(Deadline deadline) = 0;
    // A sentence for the log while all goes well still, such as that a certificate ends soon, or which of
    // several servers it goes to now; empty: nothing new. Cheap, because it is asked for often, and sparing.
    [[nodiscard]] virtual std::string take_warning() { return {}; }
    // Of a transport that tries again by itself and holds on to its batches meanwhile (Kafka: only the
    // producer that has sent a message can send it again without it coming twice): whether it is in trouble.
    [[nodiscard]] virtual std::optional<Trouble> trouble() const { return std::nullopt; }
};

}  // namespace tapferry
