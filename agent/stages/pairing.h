// Makes one event of a query and its response: the query waits, the response that answers it tells when it
// was asked, and a query that nothing answers in time is let go as unanswered. Zone transfers go on as they
// are. The first of the stages. It sees every event of the log in order, keeps no clock, and what it holds
// follows from the log alone: fed with the log from the oldest waiting query on, another one comes to hold
// the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/stages/held_queries.h"
#include "proto/event.h"

namespace tapferry {

struct PairingOptions {
    std::chrono::milliseconds timeout{5000};  // by the time of receipt
    std::size_t max_open = 50'000;            // more wait no longer: the oldest is let go
};

class Pairing {
  public:
    explicit Pairing(const PairingOptions& options);

    enum class Outcome : std::uint8_t {
        alone,    // goes on as it is
        answers,  // goes on, and now knows when its query was asked; that query is told with it
        waits,    // a query: its frame is kept here until it is let go
        repeats,  // likewise, and the same question that waited before is told with it
    };
    // The next event of the log. May change it.
    Outcome take(Event& event);
    // What the last take() put out of its place: a query with another question under the same key. Null:
    // none. Lives until the next take().
    [[nodiscard]] const HeldQuery* put_out() const { return put_out_; }

    // The oldest query when it has to go: there are too many, or, where the time is known, its own is over or
    // the clock was set back by as much. Null: it has not. It stays until let_go().
    [[nodiscard]] const HeldQuery* due(const std::optional<Timestamp>& now) const;
    // The oldest query goes. It lives until the next take().
    void let_go();

    // Whether a query that goes was left unanswered: from the server that told it, responses came since. Some
    // servers tell of queries alone; theirs are ordinary events.
    [[nodiscard]] bool unanswered(const HeldQuery& query) const;
    // When the time of this query is over.
    [[nodiscard]] Timestamp end_of(const HeldQuery& query) const;

    [[nodiscard]] std::size_t open() const { return held_.size(); }
    [[nodiscard]] const HeldQuery* oldest() const { return held_.oldest(); }

  private:
    // Where responses of one sort came from, and the number of the last one.
    struct Source {
        std::uint64_t hash = 0;
        std::uint64_t last_response = 0;
    };

    [[nodiscard]] PairingKey key_of(const Event& event) const;
    [[nodiscard]] std::uint64_t question_of(const Event& event) const;
    void note_response(const PairingKey& key, const Event& event);
    Outcome take_query(const PairingKey& key, const Event& event);

    const std::uint64_t seed_;
    const std::int64_t timeout_ns_;
    const std::size_t max_open_;
    HeldQueries held_;
    std::vector<Source> sources_;
    HeldQuery replaced_;
    const HeldQuery* put_out_ = nullptr;  // replaced_, or null
};

}  // namespace tapferry
