// What one kind of HTTP receiver wants to be asked, and what its answers mean: one for each destination type
// that is delivered by Sender. Used by the route's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encoders/records.h"
#include "transports/http/answer.h"
#include "transports/http/request.h"
#include "transports/transport.h"

namespace tapferry {

// Records [first, last) of a buffer: what one request carries.
struct RecordRange {
    const RecordBuffer& records;
    std::size_t first;
    std::size_t last;

    [[nodiscard]] std::size_t size() const { return last - first; }
};

// Where a request goes below the configured URL, and the headers that only this dialect knows.
struct RequestForm {
    std::string method;
    std::string path;  // with a query, if any; empty: the URL as it is
    HttpHeaders headers;
};

// Something else to ask than that a batch be taken.
struct SideQuestion {
    RequestForm form;
    std::string body;
    bool is_vital = true;  // a server that does not answer it is left for another
};

class HttpDialect {
  public:
    using Time = std::chrono::steady_clock::time_point;
    // A connection of the sender's, counted from 0.
    using Lane = std::size_t;

    virtual ~HttpDialect() = default;
    [[nodiscard]] virtual RequestForm form(Lane lane) const = 0;
    // Appends the body.
    virtual void write_body(const RecordRange& range, std::string& out) = 0;
    // Of one request.
    [[nodiscard]] virtual std::size_t most_records() const { return std::numeric_limits<std::size_t>::max(); }
    // The body of its answer, in bytes.
    [[nodiscard]] virtual std::size_t longest_answer(std::size_t /*records*/) const { return 1 << 20; }
    // What became of the records; the words are what the far side said, without its address. With the verdict
    // `sent` it is not known yet, and comes out of take_outcomes().
    virtual Outcome judge(const ServerAnswer& answer, const RecordRange& range, Ticket ticket, Lane lane,
                          Time now) = 0;

    // Of dialects that ask what has become of batches:
    // Something is to be asked now on a lane where nothing is under way.
    virtual std::optional<SideQuestion> question(Lane, Time) { return std::nullopt; }
    // Null: there was no answer.
    virtual void take_answer(Lane, const ServerAnswer*, Time) {}
    // Something may still be told by the lane's server alone, so that it is not to be left while it answers.
    [[nodiscard]] virtual bool stays(Lane) const { return false; }
    // A request of the lane has left, and its answer did not come.
    virtual void lost_answer(Lane) {}
    // The lane goes to another server from now on.
    virtual void moved(Lane) {}
    virtual std::vector<Outcome> take_outcomes(Time) { return {}; }
    // No more batches come, and somebody waits for what is under way.
    virtual void finish(Time) {}
    // Whether a further batch may be sent.
    [[nodiscard]] virtual bool has_room() const { return true; }
    // When question() or take_outcomes() may have something although nothing was answered.
    [[nodiscard]] virtual Time next_step() const { return Time::max(); }
    [[nodiscard]] virtual std::string take_warning() { return {}; }
};

// Verdict and time of an answer whose body says nothing of its own: 2xx accepted; 413 too big; 400 and 422
// refused; 408, 425, 429 and 5xx retry; anything else is for a person.
Outcome judged_by_status(const ServerAnswer& answer);

}  // namespace tapferry
