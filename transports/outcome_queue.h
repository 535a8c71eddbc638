// Outcomes that nobody has heard yet, and how they are waited for. Owned by a transport, one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "transports/transport.h"

namespace tapferry {

// It was not taken, or may not have been.
inline bool is_failure(const Outcome& outcome) {
    return outcome.verdict == Outcome::Verdict::retry || outcome.verdict == Outcome::Verdict::misconfigured;
}

class OutcomeQueue {
  public:
    using Time = std::chrono::steady_clock::time_point;

    void add(Outcome outcome) { outcomes_.push_back(std::move(outcome)); }
    void add_all(auto&& outcomes) {
        for (Outcome& outcome : outcomes) add(std::move(outcome));
    }
    // Of a batch that has left this host.
    void add(Ticket ticket, Outcome::Verdict verdict, const std::string& words = {}) {
        add({.ticket = ticket, .verdict = verdict, .handed_over = true, .words = words});
    }
    [[nodiscard]] bool empty() const { return outcomes_.empty(); }
    // What was under way has come back: that is to be heard before anything new goes out.
    [[nodiscard]] bool tells_of_failure() const {
        return std::any_of(outcomes_.begin(), outcomes_.end(), is_failure);
    }

    // As Transport::wait(). `settle` takes in what has become of things by that time, and says whether
    // outcomes may be heard; `work` lets the network work until the deadline, or something is to be settled.
    template <class Settle, class Work>
    std::optional<Outcome> wait(Deadline deadline, Settle settle, Work work) {
        for (bool looked = false;; looked = true) {
            const Time now = std::chrono::steady_clock::now();
            if (settle(now) && !outcomes_.empty()) {
                Outcome first = std::move(outcomes_.front());
                outcomes_.pop_front();
                return first;
            }
            if (looked && now >= deadline) return std::nullopt;
            work(deadline);
        }
    }

  private:
    std::deque<Outcome> outcomes_;
};

}  // namespace tapferry
